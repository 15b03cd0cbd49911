/* Copyright the Carrel authors. */
package dev.carrel.engine.event;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import dev.carrel.engine.session.SessionStore;
import dev.carrel.engine.signin.AuditLog;
import dev.carrel.engine.store.Stored;

/** Puts the telling of changes before the stores that keep them. */
public final class EventModule extends AbstractModule {
    @Override
    protected void configure() {
        bind(Events.class).toInstance(new Events());
    }

    @Provides
    @Singleton
    SessionStore sessions(@Stored SessionStore store, Events events) {
        return new ToldSessionStore(store, events);
    }

    @Provides
    @Singleton
    AuditLog audit(@Stored AuditLog log, Events events) {
        return new ToldAuditLog(log, events);
    }
}
