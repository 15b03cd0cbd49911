/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import dev.carrel.engine.plugin.PluginSections;
import dev.carrel.http.server.Response;
import dev.carrel.plugin.UiSection;
import dev.carrel.ui.AccountPage;
import dev.carrel.ui.AdminPage;
import dev.carrel.ui.ErrorPage;
import dev.carrel.ui.Frame;
import dev.carrel.ui.FunctionPage;
import dev.carrel.ui.FunctionsPage;
import dev.carrel.ui.HomePage;
import dev.carrel.ui.InvitePage;
import dev.carrel.ui.LeavingPage;
import dev.carrel.ui.MovingOnPage;
import dev.carrel.ui.Pages;
import dev.carrel.ui.PortsPage;
import dev.carrel.ui.SignInPage;
import dev.carrel.ui.SignInStepPage;
import dev.carrel.ui.SignedOutPage;
import dev.carrel.ui.SpawnPage;
import dev.carrel.ui.SpawnPendingPage;
import dev.carrel.ui.TokensPage;
import dev.carrel.ui.View;
import jakarta.inject.Inject;
import java.util.Optional;

/** Makes answers of views, with what plugins add to them. Pages are about one person at one moment, so no cache may keep them. */
final class Screen {
    private final Pages pages;
    private final PluginSections sections;

    @Inject
    Screen(Pages pages, PluginSections sections) {
        this.pages = pages;
        this.sections = sections;
    }

    Response show(int status, View view) {
        Frame frame = view.frame();
        UiSection.Viewer viewer = new UiSection.Viewer(frame.user(), frame.admin(), frame.xsrf());
        return Response.html(status, pages.render(view, sections.of(place(view), viewer)))
                .uncached();
    }

    private static Optional<UiSection.Place> place(View view) {
        return switch (view) {
            case SignInPage _ -> Optional.of(UiSection.Place.SIGN_IN);
            case HomePage _ -> Optional.of(UiSection.Place.HOME);
            case AccountPage _ -> Optional.of(UiSection.Place.ACCOUNT);
            case AdminPage _ -> Optional.of(UiSection.Place.ADMIN);
            case SpawnPage _, SpawnPendingPage _ -> Optional.of(UiSection.Place.SESSION);
            case ErrorPage _,
                    FunctionPage _,
                    FunctionsPage _,
                    InvitePage _,
                    LeavingPage _,
                    MovingOnPage _,
                    PortsPage _,
                    SignInStepPage _,
                    SignedOutPage _,
                    TokensPage _ -> Optional.empty();
        };
    }
}
