/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import dev.carrel.chassis.boot.Services;
import java.time.Clock;

/** Binds the sign-in feature. Needs the stores, signing values, {@link Passwords}, an {@link Admission} and a {@link RevocationWatcher} from elsewhere. */
public final class SigninModule extends AbstractModule {
    @Override
    protected void configure() {
        bind(SignIn.class).in(Singleton.class);
        bind(PasswordSignIn.class).in(Singleton.class);
        bind(Accounts.class).in(Singleton.class);
        bind(Invitations.class).in(Singleton.class);
        bind(Identities.class).in(Singleton.class);
        bind(ApiTokens.class).in(Singleton.class);
        bind(Housekeeping.class).in(Singleton.class);
        Services.add(binder(), Housekeeping.class);
    }

    @Provides
    @Singleton
    Attempts attempts(SigninSettings settings, Clock clock) {
        return new Attempts(settings, clock);
    }
}
