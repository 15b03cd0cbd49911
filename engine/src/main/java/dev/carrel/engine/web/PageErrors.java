/* Copyright the Carrel authors. */
package dev.carrel.engine.web;

import dev.carrel.http.server.ErrorRenderer;
import dev.carrel.http.server.Request;
import dev.carrel.http.server.Response;

/** Draws errors of pages as HTML. */
@FunctionalInterface
public interface PageErrors {
    /** A page with the failure's status. */
    Response page(Request request, ErrorRenderer.Failure failure);
}
