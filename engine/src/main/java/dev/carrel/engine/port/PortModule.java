/* Copyright the Carrel authors. */
package dev.carrel.engine.port;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;

/** Binds named ports. Needs a {@link dev.carrel.engine.session.PortStore}, sessions and the audit log from elsewhere. */
public final class PortModule extends AbstractModule {
    @Override
    protected void configure() {
        bind(Ports.class).in(Singleton.class);
    }
}
