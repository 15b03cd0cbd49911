/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import dev.carrel.chassis.boot.Services;
import dev.carrel.engine.manager.ContainerManager;
import dev.carrel.engine.manager.ManagerClient;
import java.time.Clock;

/** Binds the session feature. Needs a {@link SessionStore}, a {@link PortStore}, a {@link RevocationSource} and signing keys from elsewhere. */
public final class SessionModule extends AbstractModule {
    @Override
    protected void configure() {
        bind(ManagerClient.class).in(Singleton.class);
        bind(ContainerManager.class).to(ManagerClient.class);
        bind(RouterRoutes.class).in(Singleton.class);
        bind(Routes.class).to(RouterRoutes.class);
        bind(RoutePublisher.class).in(Singleton.class);
        bind(Lifecycle.class).in(Singleton.class);
        bind(SessionService.class).in(Singleton.class);
        bind(Sessions.class).to(SessionService.class);
        bind(UsageProbe.class).in(Singleton.class);
        bind(Lifetimes.class).in(Singleton.class);
        bind(Reconciler.class).in(Singleton.class);
        Services.add(binder(), ManagerClient.class);
        Services.add(binder(), Reconciler.class);
    }

    @Provides
    @Singleton
    StartLog startLog(Clock clock) {
        return new StartLog(clock);
    }

    @Provides
    @Singleton
    PlannedEnds plannedEnds() {
        return new PlannedEnds();
    }

    @Provides
    @Singleton
    ReadinessProbe readinessProbe() {
        return new ReadinessProbe();
    }
}
