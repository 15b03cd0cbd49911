/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import com.github.benmanes.caffeine.cache.Ticker;
import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import dev.carrel.engine.web.PageErrors;
import dev.carrel.engine.web.WebModule;
import dev.carrel.ui.Assets;
import dev.carrel.ui.Pages;
import jakarta.inject.Singleton;

/** Binds the pages. Needs the web server, the sign-in services, {@link dev.carrel.engine.session.Sessions}, named ports, signed values and a clock from elsewhere. */
public final class PageModule extends AbstractModule {
    @Override
    protected void configure() {
        bind(Visits.class).in(Singleton.class);
        bind(Screen.class).in(Singleton.class);
        bind(Tickets.class).in(Singleton.class);
        bind(Flows.class).in(Singleton.class);
        bind(Asking.class).in(Singleton.class);
        bind(Doorway.class).in(Singleton.class);
        bind(AuthPages.class).in(Singleton.class);
        bind(SignInPages.class).in(Singleton.class);
        bind(HomePages.class).in(Singleton.class);
        bind(SessionPages.class).in(Singleton.class);
        bind(PortPages.class).in(Singleton.class);
        bind(LaterCalls.class).in(Singleton.class);
        bind(FunctionPages.class).in(Singleton.class);
        bind(TokenPages.class).in(Singleton.class);
        bind(AccountPages.class).in(Singleton.class);
        bind(AdminPages.class).in(Singleton.class);
        bind(ErrorPages.class).in(Singleton.class);
        bind(PageErrors.class).to(ErrorPages.class);
        bind(PageEndpoints.class).in(Singleton.class);
        WebModule.add(binder(), PageEndpoints.class);
    }

    @Provides
    @Singleton
    Assets assets() {
        return new Assets();
    }

    @Provides
    @Singleton
    Pages pages(Assets assets) {
        return new Pages(assets);
    }

    @Provides
    @Singleton
    LoopBreaker loopBreaker() {
        return new LoopBreaker(Ticker.systemTicker());
    }
}
