/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.engine.function.FunctionId;
import dev.carrel.engine.web.Access;
import dev.carrel.engine.web.Endpoints;
import dev.carrel.engine.web.EngineRoutes;
import dev.carrel.http.server.Request;
import dev.carrel.http.server.Response;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;

/**
 * Calls in JuliaBox's form, {@code http://api.…/{api}/{function}/{argument}…}: names are the installation's, and errors have the statuses that JuliaBox's
 * callers know. Everything else is as in other calls. The router leads the whole host here, and nothing else.
 */
final class ApiHostEndpoint implements Endpoints {
    private final ApiSettings settings;
    private final CallEndpoint calls;
    private final Admission admission;

    @Inject
    ApiHostEndpoint(ApiSettings settings, CallEndpoint calls, Admission admission) {
        this.settings = settings;
        this.calls = calls;
        this.admission = admission;
    }

    @Override
    public void register(EngineRoutes routes) {
        for (String method : List.of("GET", "POST")) {
            routes.addPatient(method, "/api-host/{call...}", Access.CALL, Long.MAX_VALUE, this::handle);
        }
        routes.add(
                "OPTIONS",
                "/api-host/{call...}",
                Access.CALL,
                request -> admission.preflight(request, target(request)));
    }

    private Response handle(Request request) throws Exception {
        return calls.handle(request, target(request), true);
    }

    /** Both an API and one of its functions must be named. */
    private Optional<CallTarget> target(Request request) {
        List<String> segments = request.pathSegments("call");
        if (segments.size() < 2 || segments.get(1).isEmpty()) {
            return Optional.empty();
        }
        Optional<FunctionId> function = settings.find(segments.getFirst());
        return function.map(id -> new CallTarget(id, "", segments.get(1), segments.subList(2, segments.size())));
    }
}
