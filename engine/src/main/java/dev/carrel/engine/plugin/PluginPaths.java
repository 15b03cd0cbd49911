/* Copyright the Carrel authors. */
package dev.carrel.engine.plugin;

import dev.carrel.engine.web.Access;
import dev.carrel.engine.web.Callers;
import dev.carrel.engine.web.Endpoints;
import dev.carrel.engine.web.EngineRoutes;
import dev.carrel.engine.web.Principal;
import dev.carrel.http.server.Headers;
import dev.carrel.http.server.HttpFailure;
import dev.carrel.http.server.Request;
import dev.carrel.http.server.Response;
import dev.carrel.plugin.PluginRequest;
import dev.carrel.plugin.PluginResponse;
import dev.carrel.plugin.RequestHandler;
import dev.carrel.plugin.host.LiveExtension;
import dev.carrel.plugin.host.PluginFailure;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code /plugins/ID/…}: requests that plugins answer. Credentials never reach a plugin; who asks is told in their place. */
final class PluginPaths implements Endpoints {
    private static final Logger LOG = LoggerFactory.getLogger(PluginPaths.class);
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int MAX_BODY = 1 << 20;
    private static final Set<String> SECRET =
            Set.of("authorization", "cookie", "x-xsrftoken", "proxy-authorization", "x-carrel-identity");
    private static final Set<String> HEADERS = Set.of(
            "cache-control",
            "content-disposition",
            "content-language",
            "etag",
            "last-modified",
            "location",
            "retry-after",
            "vary");

    private final Plugins plugins;

    @Inject
    PluginPaths(Plugins plugins) {
        this.plugins = plugins;
    }

    @Override
    public void register(EngineRoutes routes) {
        for (String method : List.of("GET", "POST", "PUT", "PATCH", "DELETE")) {
            // Each plugin says who may ask; the gate has found out who does and has kept out forged forms.
            routes.add(method, "/plugins/{id}", Access.OPEN, this::handle);
            routes.add(method, "/plugins/{id}/{path...}", Access.OPEN, this::handle);
        }
    }

    private Response handle(Request request) throws IOException, InterruptedException {
        String id = request.pathParameter("id");
        LiveExtension<RequestHandler> handler = plugins.extensions(RequestHandler.class).stream()
                .filter(h -> h.plugin().equals(id))
                .findFirst()
                .orElseThrow(
                        () -> new HttpFailure(404, "plugin.not-found", "No plugin answers at /plugins/" + id + "."));
        PluginRequest asked = asked(request, id);
        try {
            RequestHandler.Access access = handler.call("access", LIMIT, RequestHandler::access);
            judge(access, asked);
            return answer(id, handler.call("handle", LIMIT, h -> h.handle(asked)));
        } catch (PluginFailure e) {
            throw failure(id, e);
        }
    }

    private static void judge(RequestHandler.Access access, PluginRequest asked) {
        boolean may = switch (access) {
            case OPEN -> true;
            case SIGNED_IN -> asked.user().isPresent();
            case ADMINISTRATOR -> asked.administrator();
        };
        if (!may && asked.user().isEmpty()) {
            throw new HttpFailure(403, "signin.required", "Please sign in first.");
        }
        if (!may) {
            throw new HttpFailure(403, "forbidden", "This is for administrators.");
        }
    }

    private static PluginRequest asked(Request request, String id) throws IOException {
        Map<String, List<String>> query = new LinkedHashMap<>();
        request.query().names().forEach(name -> query.put(name, request.query().all(name)));
        Map<String, List<String>> headers = new LinkedHashMap<>();
        for (Headers.Line line : request.headers().lines()) {
            String name = line.name().toLowerCase(Locale.ROOT);
            if (!SECRET.contains(name)) {
                headers.computeIfAbsent(name, _ -> new ArrayList<>()).add(line.value());
            }
        }
        boolean known = !(Callers.principal(request) instanceof Principal.Anonymous);
        String path = request.path().substring(("/plugins/" + id).length());
        return new PluginRequest(
                request.method(),
                path.isEmpty() ? "/" : path,
                query,
                headers,
                request.body().bytes(MAX_BODY),
                known ? Optional.of(Callers.user(request).name().value()) : Optional.empty(),
                known
                        && Callers.user(request).admin()
                        && Callers.rights(request).mayOnAll("admin:users"));
    }

    private static Response answer(String id, PluginResponse answer) {
        Response response = Response.bytes(answer.status(), answer.contentType(), answer.body());
        for (Map.Entry<String, String> header : answer.headers().entrySet()) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (!HEADERS.contains(name) && !name.startsWith("x-" + id + "-")) {
                LOG.warn("plugin {} may not set header {} (allowed: {} and x-{}-…)", id, name, HEADERS, id);
                throw new HttpFailure(
                        500, "plugin.header", "The plugin " + id + " gave an answer that cannot be passed on.");
            }
            response = response.with(header.getKey(), header.getValue());
        }
        return response;
    }

    private static HttpFailure failure(String id, PluginFailure failure) {
        LOG.warn("{}", failure.getMessage(), failure.getCause());
        return switch (failure.kind()) {
            case GONE -> new HttpFailure(404, "plugin.not-found", "The plugin " + id + " has just been removed.");
            case BUSY ->
                new HttpFailure(
                        503,
                        "plugin.busy",
                        "The plugin " + id + " is busy. Please try again in a moment.",
                        Headers.of("Retry-After", "5"));
            case SLOW ->
                new HttpFailure(
                        504, "plugin.slow", "The plugin " + id + " did not answer within " + LIMIT.toSeconds() + " s.");
            case THREW ->
                new HttpFailure(500, "plugin.failed", "The plugin " + id + " failed. The log of the engine says why.");
        };
    }
}
