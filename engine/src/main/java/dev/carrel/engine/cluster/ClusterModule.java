/* Copyright the Carrel authors. */
package dev.carrel.engine.cluster;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;
import dev.carrel.chassis.boot.Services;

/** Binds leadership. Needs a {@link LeaseStore} from elsewhere. */
public final class ClusterModule extends AbstractModule {
    @Override
    protected void configure() {
        bind(Leadership.class).in(Singleton.class);
        Services.add(binder(), Leadership.class);
    }
}
