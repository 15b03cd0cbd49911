/* Copyright the Carrel authors. */
package dev.carrel.engine.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carrel.engine.session.Reason;
import dev.carrel.engine.session.Session;
import dev.carrel.engine.session.SessionFailure;
import dev.carrel.engine.session.SessionState;
import dev.carrel.engine.session.Sessions;
import dev.carrel.engine.signin.Accounts;
import dev.carrel.engine.signin.Scope;
import dev.carrel.engine.signin.User;
import dev.carrel.engine.signin.UserQuery;
import dev.carrel.engine.web.Access;
import dev.carrel.engine.web.Callers;
import dev.carrel.engine.web.Endpoints;
import dev.carrel.engine.web.EngineRoutes;
import dev.carrel.http.server.HttpFailure;
import dev.carrel.http.server.Request;
import dev.carrel.http.server.Response;
import dev.carrel.protocol.name.Printable;
import dev.carrel.protocol.name.ServerName;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.UserName;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Users: list, add, change, delete, activity. */
final class UserEndpoints implements Endpoints {
    private static final Logger LOG = LoggerFactory.getLogger(UserEndpoints.class);
    /** How long one of a deleted user's servers may take to stop before the caller is told to try again. */
    private static final Duration STOP = Duration.ofSeconds(20);

    private static final int PAGE = 50;
    private static final int MAX_PAGE = 200;
    private static final String PAGINATION = "application/jupyterhub-pagination+json";

    private final Accounts accounts;
    private final Sessions sessions;
    private final Models models;

    @Inject
    UserEndpoints(Accounts accounts, Sessions sessions, Models models) {
        this.accounts = accounts;
        this.sessions = sessions;
        this.models = models;
    }

    @Override
    public void register(EngineRoutes routes) {
        routes.get("/hub/api/users", Access.API, this::list);
        routes.post("/hub/api/users", Access.API, this::addMany);
        routes.get("/hub/api/users/{name}", Access.API, this::one);
        routes.post("/hub/api/users/{name}", Access.API, this::addOne);
        routes.add("PATCH", "/hub/api/users/{name}", Access.API, this::change);
        routes.add("DELETE", "/hub/api/users/{name}", Access.API, this::delete);
        routes.post("/hub/api/users/{name}/activity", Access.API, this::activity);
    }

    private Response list(Request request) {
        Callers.requireOnAll(request, "list:users");
        int offset = number(request, "offset", 0, 0, Integer.MAX_VALUE);
        int limit = number(request, "limit", PAGE, 1, MAX_PAGE);
        String filter = request.query().first("name_filter").orElse("");
        UserQuery query = byState(request.query().first("state").orElse(""), filter, offset, limit);
        List<User> users = accounts.list(query);
        ArrayNode items = Json.array();
        users.forEach(u -> items.add(models.user(u, sessions.list(u.name()))));
        if (!request.header("accept").orElse("").contains(PAGINATION)) {
            return Json.answer(200, items);
        }
        int total = accounts.count(query);
        ObjectNode page = Json.object();
        page.set("items", items);
        ObjectNode pagination = page.putObject("_pagination");
        pagination.put("offset", offset).put("limit", limit).put("total", total);
        if (offset + users.size() < total) {
            int next = offset + limit;
            pagination
                    .putObject("next")
                    .put("offset", next)
                    .put("limit", limit)
                    .put("url", models.url("/hub/api/users?" + withOffset(request.rawQuery(), next, limit)));
        } else {
            pagination.putNull("next");
        }
        return Json.answer(200, page).with("Content-Type", PAGINATION);
    }

    /** The same question about the next stretch: scripts follow it as it is. */
    private static String withOffset(String rawQuery, int offset, int limit) {
        String kept = Arrays.stream(rawQuery.split("&"))
                .filter(p -> !p.isEmpty() && !p.startsWith("offset=") && !p.startsWith("limit="))
                .map(p -> p + "&")
                .collect(Collectors.joining());
        return kept + "offset=" + offset + "&limit=" + limit;
    }

    private UserQuery byState(String state, String filter, int offset, int limit) {
        if (state.isEmpty()) {
            return new UserQuery(filter, Optional.empty(), Set.of(), offset, limit);
        }
        List<Session> living = sessions.living();
        Set<UserName> active = living.stream().map(s -> s.address().user()).collect(Collectors.toSet());
        return switch (state) {
            case "active" -> new UserQuery(filter, Optional.of(active), Set.of(), offset, limit);
            case "ready" ->
                new UserQuery(
                        filter,
                        Optional.of(living.stream()
                                .filter(s -> s.state() == SessionState.READY)
                                .map(s -> s.address().user())
                                .collect(Collectors.toSet())),
                        Set.of(),
                        offset,
                        limit);
            case "inactive" -> new UserQuery(filter, Optional.empty(), active, offset, limit);
            default ->
                throw new HttpFailure(
                        400, "state", "state: " + Printable.quote(state) + " (expected: active, ready or inactive)");
        };
    }

    private Response addMany(Request request) throws IOException {
        Callers.requireOnAll(request, "admin:users");
        JsonNode body = Json.body(request);
        // Every name is judged before the first account is made: nothing half-done.
        Set<UserName> names = new LinkedHashSet<>();
        for (String typed : Json.texts(body, "usernames")) {
            names.add(Names.user(typed));
        }
        if (names.isEmpty()) {
            throw new HttpFailure(400, "usernames", "usernames: none (expected: a list of at least one name)");
        }
        boolean admin = Json.flag(body, "admin").orElse(false);
        requireAllRights(request, admin);
        Set<UserName> there =
                names.stream().filter(n -> accounts.find(n).isPresent()).collect(Collectors.toCollection(HashSet::new));
        if (there.size() == names.size()) {
            throw new HttpFailure(409, "conflict", "All of these users exist already: " + names);
        }
        ArrayNode added = Json.array();
        for (UserName name : names) {
            if (!there.contains(name)) {
                added.add(models.user(accounts.add(name, Optional.empty(), admin, Callers.caller(request)), List.of()));
            }
        }
        return Json.answer(201, added);
    }

    private Response addOne(Request request) throws IOException {
        Callers.requireOnAll(request, "admin:users");
        boolean admin = Json.flag(Json.body(request), "admin").orElse(false);
        requireAllRights(request, admin);
        User user = accounts.add(Names.user(request), Optional.empty(), admin, Callers.caller(request));
        return Json.answer(201, models.user(user, List.of()));
    }

    /** A token for users must not make administrators: whoever holds it could make one of themselves. */
    private static void requireAllRights(Request request, boolean changesAdmin) {
        if (changesAdmin && !Callers.rights(request).scopes().contains(Scope.INHERIT)) {
            throw new HttpFailure(
                    403, "forbidden", "Only an administrator with all their rights may make or unmake administrators.");
        }
    }

    private Response one(Request request) {
        UserName name = Names.user(request);
        Callers.require(request, "read:users", name, "");
        return Json.answer(200, models.user(accounts.get(name), sessions.list(name)));
    }

    private Response change(Request request) throws IOException {
        Callers.requireOnAll(request, "admin:users");
        UserName name = Names.user(request);
        JsonNode body = Json.body(request);
        if (Json.text(body, "name").filter(n -> !n.equals(name.value())).isPresent()) {
            throw new HttpFailure(
                    400, "user.rename", "name: an account keeps its name (expected: no name, or the same)");
        }
        accounts.get(name);
        Optional<Boolean> admin = Json.flag(body, "admin");
        requireAllRights(request, admin.isPresent());
        if (admin.isPresent()) {
            accounts.admin(name, admin.get(), Callers.caller(request));
        }
        return Json.answer(200, models.user(accounts.get(name), sessions.list(name)));
    }

    private Response delete(Request request) throws InterruptedException {
        Callers.requireOnAll(request, "delete:users");
        UserName name = Names.user(request);
        accounts.get(name);
        stopAll(name);
        accounts.delete(name, Callers.caller(request));
        return Response.empty(204);
    }

    /** As JupyterHub does, an account goes with its servers; nothing is deleted before all of them have ended. */
    private void stopAll(UserName name) throws InterruptedException {
        List<Session> stopping = new ArrayList<>();
        for (Session session : sessions.list(name)) {
            if (session.state().live()) {
                try {
                    stopping.add(sessions.stop(session.address(), Reason.byAdministrator("The account was deleted.")));
                } catch (SessionFailure failure) {
                    LOG.debug("{} ended by itself in this very moment: {}", session, failure.getMessage());
                }
            }
        }
        for (Session session : stopping) {
            if (sessions.await(session, STOP).state().live()) {
                throw new HttpFailure(
                        400, "user.busy", "user \"" + name + "\" has a server that is still stopping (try again)");
            }
        }
    }

    private Response activity(Request request) throws IOException {
        UserName name = Names.user(request);
        Callers.require(request, "users:activity", name, "");
        accounts.get(name);
        JsonNode body = Json.body(request);
        List<Map.Entry<SessionAddress, Instant>> noted = new ArrayList<>();
        JsonNode servers = body.path("servers");
        if (!servers.isMissingNode() && !servers.isObject()) {
            throw Json.wrong("servers", servers, "an object");
        }
        for (Map.Entry<String, JsonNode> server : servers.properties()) {
            SessionAddress address = new SessionAddress(name, server(server.getKey()));
            if (sessions.find(address).filter(s -> s.state().live()).isEmpty()) {
                throw new HttpFailure(
                        400, "server.unknown", "No such server '" + server.getKey() + "' for user " + name);
            }
            String at = Json.text(server.getValue(), "last_activity")
                    .orElseThrow(() -> Json.wrong("servers", server.getValue(), "an object with last_activity"));
            noted.add(Map.entry(address, time(at)));
        }
        Optional<Instant> own = Json.text(body, "last_activity").map(UserEndpoints::time);
        if (noted.isEmpty() && own.isEmpty() && servers.isMissingNode()) {
            throw new HttpFailure(400, "activity", "body must contain at least one of `last_activity` or `servers`");
        }
        own.ifPresent(at -> accounts.active(name, at));
        noted.forEach(n -> sessions.used(n.getKey(), n.getValue()));
        return Response.empty(200);
    }

    private static ServerName server(String name) {
        try {
            return new ServerName(name);
        } catch (IllegalArgumentException e) {
            throw new HttpFailure(400, "server.name", String.valueOf(e.getMessage()));
        }
    }

    private static Instant time(String text) {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException _) {
            try {
                // Without a zone it is UTC, as JupyterHub takes it.
                return java.time.LocalDateTime.parse(text).toInstant(ZoneOffset.UTC);
            } catch (DateTimeParseException e) {
                throw new HttpFailure(
                        400, "time", "last_activity: " + Printable.quote(text) + " (expected: an ISO 8601 time)");
            }
        }
    }

    private static int number(Request request, String name, int def, int min, int max) {
        Optional<String> text = request.query().first(name);
        if (text.isEmpty()) {
            return def;
        }
        if (!text.get().matches("\\d{1,9}") || Integer.parseInt(text.get()) < min) {
            throw new HttpFailure(
                    400,
                    name,
                    name + ": " + Printable.quote(text.get()) + " (expected: a whole number, " + min + " or more)");
        }
        return Math.min(max, Integer.parseInt(text.get()));
    }
}
