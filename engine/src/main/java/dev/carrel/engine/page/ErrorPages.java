/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import dev.carrel.engine.web.PageErrors;
import dev.carrel.http.server.ErrorRenderer;
import dev.carrel.http.server.Request;
import dev.carrel.http.server.Response;
import dev.carrel.ui.ErrorPage;
import dev.carrel.ui.Frame;
import dev.carrel.ui.Link;
import jakarta.inject.Inject;

/** Errors as pages: what was wrong, under which id the log has more, and one way on. */
final class ErrorPages implements PageErrors {
    private final Visits visits;
    private final Screen screen;

    @Inject
    ErrorPages(Visits visits, Screen screen) {
        this.visits = visits;
        this.screen = screen;
    }

    @Override
    public Response page(Request request, ErrorRenderer.Failure failure) {
        Frame frame = visits.visitor(request).map(Visitor::frame).orElseGet(() -> visits.stranger(request));
        Link wayOn =
                frame.user().isEmpty() ? new Link("Sign in", "/hub/login") : new Link("Your sessions", "/hub/home");
        return screen.show(
                failure.status(),
                new ErrorPage(
                        frame,
                        failure.status(),
                        title(failure.status()),
                        failure.message(),
                        failure.errorId() == null ? "" : failure.errorId(),
                        wayOn));
    }

    private static String title(int status) {
        return switch (status) {
            case 401, 403 -> "Not for you";
            case 404, 410 -> "Nothing here";
            case 405 -> "Not this way";
            case 413 -> "Too large";
            case 421 -> "Wrong address";
            case 429 -> "Too many at once";
            case 503 -> "Not just now";
            default -> status < 500 ? "That was not understood" : "Something went wrong";
        };
    }
}
