/* Copyright the Carrel authors. */
package dev.carrel.engine.web;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carrel.http.server.ErrorRenderer;
import dev.carrel.http.server.Request;
import dev.carrel.http.server.Response;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;

/** Errors as JupyterHub's JSON for the REST API and for whoever does not ask for HTML, else as a page. */
final class Errors implements ErrorRenderer {
    private static final ObjectMapper JSON = new ObjectMapper();
    private final PageErrors pages;

    @Inject
    Errors(PageErrors pages) {
        this.pages = pages;
    }

    @Override
    public Response render(Request request, Failure failure) {
        // As it came: a path that could not be decoded has no other form.
        boolean api = request.rawPath().startsWith("/hub/api");
        boolean html = request.header("accept").orElse("").contains("text/html");
        if (!api && html) {
            return pages.page(request, failure);
        }
        ObjectNode body = JSON.createObjectNode();
        body.put("status", failure.status());
        body.put("message", failure.message());
        body.put("code", failure.code());
        if (failure.errorId() != null) {
            body.put("error_id", failure.errorId());
        }
        return Response.json(failure.status(), body.toString().getBytes(StandardCharsets.UTF_8))
                .uncached();
    }
}
