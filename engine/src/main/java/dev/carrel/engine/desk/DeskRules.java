/* Copyright the Carrel authors. */
package dev.carrel.engine.desk;

import dev.carrel.engine.web.Callers;
import dev.carrel.engine.web.Principal;
import dev.carrel.http.server.Filter;
import dev.carrel.http.server.Headers;
import dev.carrel.http.server.HttpFailure;
import dev.carrel.http.server.Request;
import dev.carrel.http.server.Response;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Locale;

/**
 * What may be asked at the desk: functions, and nothing else of the engine. Headers by which the router tells us of its callers are refused, for who comes here
 * writes them himself; and so are cookies, which belong to browsers.
 */
final class DeskRules implements Filter {
    private static final List<String> OPEN =
            List.of("/hub/api/functions", "/hub/api/functions/", "/function/", "/async-function/", "/async-result/");
    private static final List<String> OURS = List.of("cookie", "forwarded", "x-real-ip", "x-remote-user");
    private static final List<String> OUR_PREFIXES = List.of("x-forwarded-", "x-carrel-");

    private final SessionBearers bearers;

    @Inject
    DeskRules(SessionBearers bearers) {
        this.bearers = bearers;
    }

    @Override
    public Response filter(Request request, Chain chain) throws Exception {
        // The pattern, not the path as it was spelled, says what will answer.
        String pattern = request.route().map(r -> r.pattern()).orElse("");
        if (OPEN.stream().noneMatch(o -> o.endsWith("/") ? pattern.startsWith(o) : pattern.equals(o))) {
            throw new HttpFailure(
                    404,
                    "desk.unknown",
                    "Sessions reach functions here (/hub/api/functions, /function, /async-function, /async-result); everything else is at the address people use.");
        }
        for (Headers.Line line : request.headers().lines()) {
            String lower = line.name().toLowerCase(Locale.ROOT);
            if (OURS.contains(lower) || OUR_PREFIXES.stream().anyMatch(lower::startsWith)) {
                throw new HttpFailure(
                        400, "desk.header", "header " + lower + ": not taken here (expected: an Authorization alone)");
            }
        }
        Callers.token(request)
                .filter(text -> text.startsWith(SessionBearers.PREFIX))
                .ifPresent(text -> Callers.known(request, bearers.verify(text).orElseGet(Principal.Anonymous::new)));
        return chain.proceed(request);
    }
}
