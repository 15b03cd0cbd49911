/* Copyright the Carrel authors. */
package dev.carrel.engine.outgoing;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import dev.carrel.http.outgoing.OutgoingClient;

/** Binds the client for addresses that users choose. Needs {@link OutgoingSettings} from elsewhere. */
public final class OutgoingModule extends AbstractModule {
    @Provides
    @Singleton
    OutgoingClient client(OutgoingSettings settings) {
        return new OutgoingClient(settings.rules());
    }
}
