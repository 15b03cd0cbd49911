/* Copyright the Carrel authors. */
package dev.carrel.engine.plugin;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import dev.carrel.engine.signin.Passwords;
import dev.carrel.plugin.PasswordAuthenticator;

/** Has names and passwords judged by the plugins of this engine. */
public final class PasswordsModule extends AbstractModule {
    @Provides
    @Singleton
    Passwords passwords(Plugins plugins) {
        return new PluginPasswords(() -> plugins.extensions(PasswordAuthenticator.class));
    }
}
