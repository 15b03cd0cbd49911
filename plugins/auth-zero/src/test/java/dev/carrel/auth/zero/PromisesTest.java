/* Copyright the Carrel authors. */
package dev.carrel.auth.zero;

import dev.carrel.plugin.Authenticator;
import dev.carrel.plugin.testkit.AuthenticatorConformance;

class PromisesTest extends AuthenticatorConformance {
    @Override
    protected Authenticator authenticator() {
        return new ZeroAuthenticator("In");
    }
}
