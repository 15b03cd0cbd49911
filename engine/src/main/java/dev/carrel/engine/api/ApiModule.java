/* Copyright the Carrel authors. */
package dev.carrel.engine.api;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;
import dev.carrel.engine.web.WebModule;

/** Binds the REST API. */
public final class ApiModule extends AbstractModule {
    @Override
    protected void configure() {
        bind(Models.class).in(Singleton.class);
        bind(HubEndpoints.class).in(Singleton.class);
        bind(UserEndpoints.class).in(Singleton.class);
        bind(ServerEndpoints.class).in(Singleton.class);
        bind(PortEndpoints.class).in(Singleton.class);
        bind(FunctionModels.class).in(Singleton.class);
        bind(FunctionEndpoints.class).in(Singleton.class);
        bind(TokenEndpoints.class).in(Singleton.class);
        bind(IdentityEndpoints.class).in(Singleton.class);
        bind(PluginEndpoints.class).in(Singleton.class);
        bind(WhereaboutsEndpoint.class).in(Singleton.class);
        WebModule.add(binder(), HubEndpoints.class);
        WebModule.add(binder(), UserEndpoints.class);
        WebModule.add(binder(), ServerEndpoints.class);
        WebModule.add(binder(), PortEndpoints.class);
        WebModule.add(binder(), FunctionEndpoints.class);
        WebModule.add(binder(), TokenEndpoints.class);
        WebModule.add(binder(), IdentityEndpoints.class);
        WebModule.add(binder(), PluginEndpoints.class);
        WebModule.add(binder(), WhereaboutsEndpoint.class);
    }
}
