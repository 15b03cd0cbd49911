/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import dev.carrel.http.server.Response;
import dev.carrel.ui.Pages;
import dev.carrel.ui.View;
import jakarta.inject.Inject;

/** Makes answers of views. Pages are about one person at one moment, so no cache may keep them. */
final class Screen {
    private final Pages pages;

    @Inject
    Screen(Pages pages) {
        this.pages = pages;
    }

    Response show(int status, View view) {
        return Response.html(status, pages.render(view)).uncached();
    }
}
