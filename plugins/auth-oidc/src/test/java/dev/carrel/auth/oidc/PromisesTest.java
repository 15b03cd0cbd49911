/* Copyright the Carrel authors. */
package dev.carrel.auth.oidc;

import dev.carrel.plugin.Authenticator;
import dev.carrel.plugin.testkit.AuthenticatorConformance;
import org.junit.jupiter.api.AfterEach;

class PromisesTest extends AuthenticatorConformance {
    private final IdentityRig rig = new IdentityRig();

    @AfterEach
    void stop() {
        rig.close();
    }

    @Override
    protected Authenticator authenticator() {
        return rig.plugin;
    }
}
