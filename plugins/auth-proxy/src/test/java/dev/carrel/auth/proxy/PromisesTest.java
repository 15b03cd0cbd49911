/* Copyright the Carrel authors. */
package dev.carrel.auth.proxy;

import dev.carrel.plugin.Authenticator;
import dev.carrel.plugin.testkit.AuthenticatorConformance;
import java.util.List;
import org.slf4j.LoggerFactory;

class PromisesTest extends AuthenticatorConformance {
    @Override
    protected Authenticator authenticator() {
        return new ProxyAuthenticator(
                new ProxySettings("Remote-User", List.of("192.0.2.1"), "", false, false, List.of("root")),
                LoggerFactory.getLogger("plugin.auth-proxy"));
    }
}
