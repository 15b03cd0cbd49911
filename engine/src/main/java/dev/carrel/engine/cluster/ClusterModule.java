/* Copyright the Carrel authors. */
package dev.carrel.engine.cluster;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;
import dev.carrel.chassis.boot.Services;

/** Binds leadership and instances. Needs {@link LeaseStore} and {@link InstanceStore} from elsewhere. */
public final class ClusterModule extends AbstractModule {
    @Override
    protected void configure() {
        bind(Leadership.class).in(Singleton.class);
        bind(Instances.class).in(Singleton.class);
        Services.add(binder(), Leadership.class);
        Services.add(binder(), Instances.class);
    }
}
