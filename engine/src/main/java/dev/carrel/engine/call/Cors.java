/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.http.server.Request;
import dev.carrel.http.server.Response;
import java.util.List;
import java.util.Optional;

/** Which pages of other sites may call a function from a browser, by the function's {@code origins}. No cookies are ever involved. */
final class Cors {
    private static final String EXPOSED =
            "X-Call-Id, X-Carrel-Version, X-Carrel-Start, X-Carrel-Instance, X-Carrel-State, X-Function-Status, Location, Retry-After";
    private static final String ALWAYS = "Authorization, Content-Type, X-Call-Id, X-Callback-Url, X-Timeout";

    private Cors() {}

    /** Lets the page that asks read an answer, if it may. */
    static Response allow(Response response, Request request, List<String> origins) {
        if (origins.isEmpty()) {
            return response;
        }
        if (origins.contains("*")) {
            return response.with("Access-Control-Allow-Origin", "*").with("Access-Control-Expose-Headers", EXPOSED);
        }
        Optional<String> origin = request.header("origin").filter(origins::contains);
        Response varying = response.plus("Vary", "Origin");
        return origin.map(o ->
                        varying.with("Access-Control-Allow-Origin", o).with("Access-Control-Expose-Headers", EXPOSED))
                .orElse(varying);
    }

    /** The answer to a browser that asks before it calls; one that may not is told nothing. */
    static Response preflight(Request request, List<String> origins) {
        Response response = Response.empty(204);
        boolean allowed = origins.contains("*")
                || request.header("origin").filter(origins::contains).isPresent();
        if (allowed) {
            String asked = request.header("access-control-request-headers")
                    .filter(names -> names.length() <= 1000 && names.matches("[A-Za-z0-9_, -]+"))
                    .map(names -> ALWAYS + ", " + names)
                    .orElse(ALWAYS);
            response = response.with("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE")
                    .with("Access-Control-Allow-Headers", asked)
                    .with("Access-Control-Max-Age", "600");
        }
        return allow(response, request, origins);
    }
}
