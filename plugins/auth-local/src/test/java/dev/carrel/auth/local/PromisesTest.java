/* Copyright the Carrel authors. */
package dev.carrel.auth.local;

import dev.carrel.plugin.PasswordAuthenticator;
import dev.carrel.plugin.testkit.PasswordAuthenticatorConformance;

class PromisesTest extends PasswordAuthenticatorConformance {
    @Override
    protected PasswordAuthenticator authenticator() {
        return new LocalPasswords(new LocalSettings(10, 2, 19), 64);
    }
}
