/* Copyright the Carrel authors. */
package dev.carrel.ui;

/** A page, ready to be drawn by {@link Pages}. The template has the record's name in lower case with dashes. */
public sealed interface View
        permits AccountPage,
                AdminPage,
                ErrorPage,
                FunctionPage,
                FunctionsPage,
                HomePage,
                InvitePage,
                LeavingPage,
                MovingOnPage,
                PortsPage,
                SignInPage,
                SignInStepPage,
                SignedOutPage,
                SpawnPage,
                SpawnPendingPage,
                TokensPage {
    /** What stands around the page. */
    Frame frame();
}
