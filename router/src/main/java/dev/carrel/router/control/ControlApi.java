/* Copyright the Carrel authors. */
package dev.carrel.router.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carrel.chassis.boot.Service;
import dev.carrel.chassis.ops.Health;
import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.http.server.ErrorRenderer;
import dev.carrel.http.server.HttpServer;
import dev.carrel.http.server.HttpServerSettings;
import dev.carrel.http.server.Request;
import dev.carrel.http.server.Response;
import dev.carrel.http.server.RouteOptions;
import dev.carrel.http.server.Routes;
import dev.carrel.router.proxy.Loops;
import dev.carrel.router.route.InvalidRoute;
import dev.carrel.router.route.RevocationStore;
import dev.carrel.router.route.RevocationStore.InvalidRevocations;
import dev.carrel.router.route.Route;
import dev.carrel.router.route.RoutePath;
import dev.carrel.router.route.RouteStore;
import dev.carrel.router.route.RouteTable;
import dev.carrel.router.settings.ProxySettings;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control API. Answers word for word like configurable-http-proxy 5.3, measured; where that one hangs (DELETE of the root) ours answers. A
 * change is confirmed when it is on the disk; if only that failed, 507 says so and the change is in force all the same.
 */
@Singleton
public final class ControlApi implements Service {
    private static final Logger LOG = LoggerFactory.getLogger(ControlApi.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final RouteOptions LARGE = RouteOptions.DEFAULT.withMaxBody(64L * 1024 * 1024);
    private static final Duration DRAIN = Duration.ofSeconds(2);

    private final ControlToken token;
    private final RouteTable table;
    private final RouteStore store;
    private final RevocationStore revocations;
    private final ApiCounters counters;
    private final HttpServer server;

    /** Does not listen before {@link #start}. */
    @Inject
    ControlApi(
            SiteSettings site,
            ProxySettings proxy,
            Loops loops,
            ControlToken token,
            RouteTable table,
            RouteStore store,
            RevocationStore revocations,
            MeterRegistry metrics,
            Health health) {
        this.token = token;
        this.table = table;
        this.store = store;
        this.revocations = revocations;
        this.counters = new ApiCounters(metrics);
        this.server = new HttpServer(
                HttpServerSettings.defaults(site.controlPort(), "site.internal-ports")
                        .withHost(proxy.apiIp()),
                routes(),
                errors(),
                loops.transport());
        ApiTls.of(proxy).ifPresent(server::secure);
        health.add("routes", store::fault);
        health.add("revocations", revocations::fault);
    }

    @Override
    public void start() {
        server.start();
    }

    @Override
    public void stop() {
        server.close(DRAIN);
    }

    private Routes routes() {
        return Routes.builder()
                .filter((request, chain) -> {
                    Response response =
                            request.header("Authorization").filter(token::opens).isPresent()
                                    ? chain.proceed(request)
                                    : Response.empty(403);
                    counters.count(request.method(), response.status());
                    return response;
                })
                .route("GET", "/api/routes/{path...}", RouteOptions.DEFAULT, this::get)
                .route("POST", "/api/routes/{path...}", RouteOptions.DEFAULT, this::post)
                .route("DELETE", "/api/routes/{path...}", RouteOptions.DEFAULT, this::delete)
                .route("PUT", "/api/carrel/revocations", LARGE, this::revoke)
                .get("/api/carrel/health", this::health)
                .build();
    }

    private static ErrorRenderer errors() {
        return (_, failure) -> switch (failure.status()) {
            case 404 -> Response.empty(404);
            case 405 -> Response.text(405, "Method not supported");
            default -> Response.text(failure.status(), failure.message());
        };
    }

    private static String key(Request request) {
        return RoutePath.key("/" + request.pathParameter("path"));
    }

    private Response get(Request request) {
        String key = key(request);
        if (!key.equals("/")) {
            return table.get(key).map(ControlApi::json).orElseGet(() -> Response.empty(404));
        }
        List<String> since = request.query().all("inactive_since");
        List<String> asked = since.isEmpty() ? request.query().all("inactiveSince") : since;
        Optional<Instant> before = Optional.empty();
        if (!asked.isEmpty()) {
            before = Timestamps.parse(asked.getFirst());
            if (before.isEmpty()) {
                return Response.text(400, "Invalid datestamp '" + asked.getFirst() + "' must be ISO8601.");
            }
        }
        Instant until = before.orElse(Instant.MAX);
        return Response.stream(200, "application/json", out -> all(out, until));
    }

    /** Written route by route: a tree of a hundred thousand would be larger than the table itself. */
    private void all(OutputStream out, Instant inactiveSince) throws IOException {
        String separator = "{";
        for (Route route : table.all()) {
            if (route.activity().last().isBefore(inactiveSince)) {
                out.write((separator + JSON.writeValueAsString(route.path()) + ":").getBytes(StandardCharsets.UTF_8));
                out.write(route.toJson());
                separator = ",";
            }
        }
        out.write((separator.equals("{") ? "{}" : "}").getBytes(StandardCharsets.UTF_8));
    }

    private Response post(Request request) throws IOException, InterruptedException {
        JsonNode posted;
        try {
            posted = parse(request);
        } catch (JsonProcessingException e) {
            return Response.text(400, "Body not valid JSON: " + e.getOriginalMessage());
        }
        try {
            store.put(key(request), posted);
            return Response.empty(201);
        } catch (InvalidRoute e) {
            return Response.text(400, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return notKept(e);
        }
    }

    private Response delete(Request request) throws InterruptedException {
        try {
            return Response.empty(store.remove(key(request)) ? 204 : 404);
        } catch (IOException e) {
            return notKept(e);
        }
    }

    private Response revoke(Request request) throws IOException, InterruptedException {
        JsonNode posted;
        try {
            posted = parse(request);
        } catch (JsonProcessingException e) {
            return Response.text(400, "Body not valid JSON: " + e.getOriginalMessage());
        }
        try {
            revocations.replace(posted);
            return Response.empty(204);
        } catch (InvalidRevocations e) {
            return Response.text(400, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return notKept(e);
        }
    }

    private Response health(Request request) throws JsonProcessingException {
        Optional<String> fault = store.fault().or(revocations::fault);
        ObjectNode health = JSON.createObjectNode()
                .put("status", fault.isEmpty() ? "ok" : "degraded")
                .put("routes", table.size())
                .put("revocations", revocations.size());
        fault.ifPresent(text -> health.put("fault", text));
        return Response.json(200, JSON.writeValueAsBytes(health));
    }

    private static JsonNode parse(Request request) throws IOException {
        byte[] body = request.body().bytes();
        if (body.length == 0) {
            throw new com.fasterxml.jackson.core.JsonParseException(null, "Unexpected end of JSON input");
        }
        JsonNode node = JSON.readTree(body);
        return node.isMissingNode() ? JSON.nullNode() : node;
    }

    private static Response json(Route route) {
        return Response.json(200, route.toJson());
    }

    private static Response notKept(IOException e) {
        LOG.error("a change is in force but was not kept: {}", e.getMessage(), e);
        return Response.text(507, "The change is in force but could not be kept: " + e.getMessage());
    }
}
