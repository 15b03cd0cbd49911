/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.protocol.signed.Revocation;
import dev.carrel.protocol.signed.SigningKeys;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tells the router about sessions through its control API; see docs/architecture.md. Thread-safe; every call has a deadline. */
class RouterRoutes implements Routes {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration DEADLINE = Duration.ofSeconds(5);
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private final URI base;
    private final String authorization;

    @Inject
    RouterRoutes(SiteSettings site, SigningKeys keys) {
        base = URI.create("http://127.0.0.1:" + site.controlPort());
        String token = System.getenv("CONFIGPROXY_AUTH_TOKEN");
        authorization = "token " + (token == null || token.isEmpty() ? keys.derivedSecret("router-control") : token);
    }

    @Override
    public void put(Route route) throws IOException, InterruptedException {
        ObjectNode body = JSON.createObjectNode();
        if (route.target() != null) {
            body.put("target", route.target());
        }
        ObjectNode session = body.putObject("session");
        session.put("id", route.id());
        session.put("user", route.user());
        session.put("server", route.server());
        session.put("host", route.host());
        session.put("state", route.state());
        session.put("upstreamToken", route.upstreamToken());
        if (route.reason() != null) {
            // The text where a router of the version before looks for it.
            session.put("reason", route.reason().text());
            session.put("reasonCode", route.reason().code().label());
        }
        if (!route.log().isEmpty()) {
            ArrayNode log = session.putArray("log");
            route.log().forEach(log::add);
        }
        session.put("since", route.since());
        End ends = route.ends();
        if (ends != null) {
            session.putObject("ends")
                    .put("at", ends.at())
                    .put("told", ends.told())
                    .put("reasonCode", ends.code())
                    .put("reason", ends.text());
        }
        ArrayNode ports = session.putArray("ports");
        for (Port port : route.ports()) {
            ArrayNode shares = ports.addObject()
                    .put("name", port.name())
                    .put("port", port.port())
                    .put("host", port.host())
                    .putArray("shares");
            port.shares().forEach(shares::add);
        }
        send("POST", "/api/routes" + trimmed(route.path()), body.toString(), 201);
    }

    @Override
    public void delete(String path) throws IOException, InterruptedException {
        int status = exchange("DELETE", "/api/routes" + trimmed(path), "").statusCode();
        if (status != 204 && status != 404) {
            throw new IOException("router answered " + status + " to the deletion of a route");
        }
    }

    @Override
    public Optional<Known> find(String path) throws IOException, InterruptedException {
        HttpResponse<String> response = exchange("GET", "/api/routes" + trimmed(path), "");
        if (response.statusCode() == 404) {
            return Optional.empty();
        }
        if (response.statusCode() != 200) {
            throw new IOException("router answered " + response.statusCode() + " to the question for a route");
        }
        JsonNode route = JSON.readTree(response.body());
        return route.path("session").isObject() ? Optional.of(known(path, route)) : Optional.empty();
    }

    @Override
    public Map<String, Known> list() throws IOException, InterruptedException {
        JsonNode routes = JSON.readTree(send("GET", "/api/routes", "", 200));
        Map<String, Known> known = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : routes.properties()) {
            JsonNode session = entry.getValue().path("session");
            if (session.isObject()) {
                known.put(session.path("host").asText(), known(entry.getKey(), entry.getValue()));
            }
        }
        return known;
    }

    private static Known known(String path, JsonNode route) {
        JsonNode session = route.path("session");
        List<Port> ports = new ArrayList<>();
        for (JsonNode port : session.path("ports")) {
            List<String> shares = new ArrayList<>();
            port.path("shares").forEach(share -> shares.add(share.asText()));
            ports.add(new Port(
                    port.path("name").asText(),
                    port.path("port").asInt(),
                    port.path("host").asText(),
                    List.copyOf(shares)));
        }
        return new Known(
                path,
                session.path("id").asText(),
                session.path("state").asText(),
                route.path("target").asText(""),
                route.path("last_activity").asText(""),
                route.path("last_use").asText(""),
                ends(session.path("ends")),
                List.copyOf(ports));
    }

    private static @Nullable End ends(JsonNode ends) {
        return ends.isObject()
                ? new End(
                        ends.path("at").asText(),
                        ends.path("told").asText(),
                        ends.path("reasonCode").asText(),
                        ends.path("reason").asText())
                : null;
    }

    @Override
    public void revocations(Collection<Revocation> revocations) throws IOException, InterruptedException {
        ObjectNode body = JSON.createObjectNode();
        ArrayNode list = body.putArray("revocations");
        for (Revocation revocation : revocations) {
            list.addObject()
                    .put("kind", revocation.kind().name().toLowerCase(Locale.ROOT))
                    .put("id", revocation.id())
                    .put("notBefore", revocation.notBefore().toString())
                    .put("until", revocation.until().toString());
        }
        int status = exchange("PUT", "/api/carrel/revocations", body.toString()).statusCode();
        if (status / 100 != 2) {
            throw new IOException("router answered " + status + " to the list of revocations");
        }
    }

    private static String trimmed(String path) {
        return path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    private String send(String method, String path, String body, int expected)
            throws IOException, InterruptedException {
        HttpResponse<String> response = exchange(method, path, body);
        if (response.statusCode() != expected) {
            throw new IOException("router answered " + response.statusCode() + " to " + method + " " + path + ": "
                    + response.body().lines().findFirst().orElse(""));
        }
        return response.body();
    }

    private HttpResponse<String> exchange(String method, String path, String body)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(base.resolve(path))
                .timeout(DEADLINE)
                .header("Authorization", authorization)
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
