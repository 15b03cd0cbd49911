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
import dev.carrel.engine.signin.User;
import dev.carrel.engine.web.Access;
import dev.carrel.engine.web.Callers;
import dev.carrel.engine.web.Endpoints;
import dev.carrel.engine.web.EngineRoutes;
import dev.carrel.http.server.EventEmitter;
import dev.carrel.http.server.Headers;
import dev.carrel.http.server.HttpFailure;
import dev.carrel.http.server.Request;
import dev.carrel.http.server.Response;
import dev.carrel.protocol.name.ServerName;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.UserName;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Servers of users: start, stop, progress. */
final class ServerEndpoints implements Endpoints {
    private static final Logger LOG = LoggerFactory.getLogger(ServerEndpoints.class);
    /** As long as JupyterHub waits before it answers 202 instead of 201 or 204. */
    private static final Duration SLOW = Duration.ofSeconds(10);

    /** As long as a start waits for a stop that is under way: the grace that a stop has by default, and what comes after it. */
    private static final Duration BEFORE = Duration.ofSeconds(15);

    /** As long as a stop may take before its removal is given up. */
    private static final Duration REMOVAL = Duration.ofMinutes(10);

    private static final Duration PROGRESS = Duration.ofMinutes(30);

    private final Sessions sessions;
    private final Accounts accounts;

    @Inject
    ServerEndpoints(Sessions sessions, Accounts accounts) {
        this.sessions = sessions;
        this.accounts = accounts;
    }

    @Override
    public void register(EngineRoutes routes) {
        String user = "/hub/api/users/{name}";
        routes.post(user + "/server", Access.API, r -> start(r, ServerName.DEFAULT));
        routes.add("DELETE", user + "/server", Access.API, r -> stop(r, ServerName.DEFAULT));
        routes.get(user + "/server/progress", Access.API, r -> progress(r, ServerName.DEFAULT));
        routes.post(user + "/servers/{server}", Access.API, r -> start(r, Names.server(r)));
        routes.add("DELETE", user + "/servers/{server}", Access.API, r -> stop(r, Names.server(r)));
        routes.get(user + "/servers/{server}/progress", Access.API, r -> progress(r, Names.server(r)));
        routes.post(user + "/servers/", Access.API, r -> start(r, ServerName.DEFAULT));
        routes.add("DELETE", user + "/servers/", Access.API, r -> stop(r, ServerName.DEFAULT));
        routes.get(user + "/servers//progress", Access.API, r -> progress(r, ServerName.DEFAULT));
    }

    private SessionAddress address(Request request, ServerName server, String scope) {
        UserName name = Names.user(request);
        Callers.require(request, scope, name, server.value());
        return new SessionAddress(name, server);
    }

    private Response start(Request request, ServerName server) throws IOException, InterruptedException {
        SessionAddress address = address(request, server, "start:servers");
        User user = accounts.get(address.user());
        if (user.disabled()) {
            throw new HttpFailure(403, "user.disabled", "user \"" + address.user() + "\" is disabled");
        }
        JsonNode body = Json.body(request);
        Optional<String> image = Json.text(body, "image");
        Session session;
        try {
            session = startOnceStopped(address, image);
        } catch (SessionFailure failure) {
            boolean starting = failure.kind() == SessionFailure.Kind.PENDING
                    && sessions.find(address).filter(ServerEndpoints::starting).isPresent();
            if (starting) {
                // Asked twice: as JupyterHub does, the second asker is told that it is on its way.
                return Response.empty(202);
            }
            throw refused(failure);
        }
        Session settled = sessions.await(session, SLOW);
        return switch (settled.state()) {
            case READY -> Response.empty(201);
            case PENDING, STARTING, STOPPING -> Response.empty(202);
            case STOPPED, FAILED ->
                throw new HttpFailure(500, "spawn.failed", settled.reason().text());
        };
    }

    /** A stop that is under way is waited for; one that takes longer than most is a refusal, as with JupyterHub. */
    private Session startOnceStopped(SessionAddress address, Optional<String> image)
            throws SessionFailure, InterruptedException {
        long end = System.nanoTime() + BEFORE.toNanos();
        while (true) {
            try {
                return sessions.start(address, image);
            } catch (SessionFailure failure) {
                Duration left = Duration.ofNanos(end - System.nanoTime());
                if (failure.kind() != SessionFailure.Kind.PENDING || !left.isPositive() || !stopped(address, left)) {
                    throw failure;
                }
            }
        }
    }

    /** Whether no session lives there any more; one that stops is waited for. */
    private boolean stopped(SessionAddress address, Duration limit) throws InterruptedException {
        Optional<Session> found = sessions.find(address);
        if (found.isPresent() && found.get().state() == SessionState.STOPPING) {
            return !sessions.await(found.get(), limit).state().live();
        }
        return found.isEmpty() || !found.get().state().live();
    }

    private Response stop(Request request, ServerName server) throws IOException, InterruptedException {
        SessionAddress address = address(request, server, "delete:servers");
        accounts.get(address.user());
        boolean remove = Json.flag(Json.body(request), "remove").orElse(false);
        if (remove && server.isDefault()) {
            throw new HttpFailure(
                    400, "server.default", "remove: true (expected: a named server; the default one stays)");
        }
        Optional<Session> found = sessions.find(address);
        if (found.isEmpty() && !server.isDefault()) {
            throw notFound(address);
        }
        boolean over = found.isEmpty() || !found.get().state().live() || ended(address, request);
        if (!over && remove) {
            // The answer does not wait for it; a server left behind by an engine that died meanwhile can be removed
            // again.
            Thread.ofVirtual().name("remove-" + found.get().id()).start(() -> removeWhenEnded(found.get()));
        } else if (remove) {
            remove(address);
        }
        return Response.empty(over ? 204 : 202);
    }

    /** Stops it; whether it has ended within the time a caller waits. Already ended is as good: JupyterHub takes that as done. */
    private boolean ended(SessionAddress address, Request request) throws InterruptedException {
        Reason who = Callers.user(request).name().equals(address.user()) ? Reason.ASKED : Reason.ADMIN;
        try {
            return !sessions.await(sessions.stop(address, who), SLOW).state().live();
        } catch (SessionFailure failure) {
            LOG.debug("{} ended by itself in this very moment: {}", address, failure.getMessage());
            return true;
        }
    }

    private void removeWhenEnded(Session session) {
        try {
            Session settled =
                    sessions.await(session.to(SessionState.STOPPING, Reason.NONE, List.of(), Instant.now()), REMOVAL);
            if (!settled.state().live()) {
                remove(session.address());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Started again in this very moment is a wish of its own: then it stays. */
    private void remove(SessionAddress address) {
        try {
            sessions.remove(address);
        } catch (SessionFailure failure) {
            LOG.info("{} was not removed: {}", address, failure.getMessage());
        }
    }

    private static HttpFailure notFound(SessionAddress address) {
        return new HttpFailure(
                404, "server.not-found", address.user() + " has no server named '" + address.server() + "'");
    }

    private static boolean starting(Session session) {
        return session.state() == SessionState.PENDING || session.state() == SessionState.STARTING;
    }

    private static HttpFailure refused(SessionFailure failure) {
        String message = String.valueOf(failure.getMessage());
        return switch (failure.kind()) {
            case ALREADY_RUNNING, PENDING, RESERVED_NAME, UNKNOWN_IMAGE, NOT_RUNNING, TOO_MANY_NAMED ->
                new HttpFailure(400, "spawn.refused", message);
            case TOO_MANY -> new HttpFailure(429, "spawn.too-many", message, Headers.of("Retry-After", "30"));
        };
    }

    private Response progress(Request request, ServerName server) {
        SessionAddress address = address(request, server, "read:servers");
        accounts.get(address.user());
        Optional<Session> found = sessions.find(address);
        if (found.isEmpty() && !server.isDefault()) {
            throw notFound(address);
        }
        // As JupyterHub does: what failed may be asked for its reason, what was stopped or never started has no
        // progress.
        Session session = found.filter(s -> s.state() != SessionState.STOPPED)
                .orElseThrow(() -> new HttpFailure(
                        400, "server.not-starting", address.user() + "/" + server + " is not starting..."));
        return Response.events(events -> {
            events.heartbeatEvery(Duration.ofSeconds(8));
            if (!session.state().live()) {
                send(events, last(session));
                return;
            }
            sessions.follow(session, PROGRESS, step -> {
                boolean end =
                        step.state() == SessionState.READY || !step.state().live();
                send(
                        events,
                        end
                                ? last(
                                        sessions.find(address)
                                                .filter(s -> s.id().equals(session.id()))
                                                .orElse(session),
                                        step)
                                : event(step));
            });
        });
    }

    private static ObjectNode event(Sessions.Step step) {
        ObjectNode event = Json.object();
        event.put("progress", step.percent());
        event.put("message", step.message());
        event.put("html_message", escape(step.message()));
        event.put("state", step.state().label());
        event.put("at", Models.time(step.at()));
        return event;
    }

    private static ObjectNode last(Session session, Sessions.Step step) {
        // Follow may end with another start of this server; what is told is that of the session that was asked for.
        return session.state() == SessionState.READY || !session.state().live() ? last(session) : event(step);
    }

    private static ObjectNode last(Session session) {
        ObjectNode event = Json.object();
        event.put("progress", 100);
        if (session.state() == SessionState.READY) {
            String url = session.address().basePath();
            event.put("ready", true);
            event.put("message", "Server ready at " + url);
            event.put("html_message", "Server ready at <a href=\"" + escape(url) + "\">" + escape(url) + "</a>");
            event.put("url", url);
        } else {
            event.put("failed", true);
            event.put(
                    "message",
                    (session.state() == SessionState.FAILED ? "Spawn failed: " : "Stopped: ")
                            + session.reason().text());
            event.put("html_message", escape(session.reason().text()));
            event.put("reason_code", session.reason().code().label());
            ArrayNode log = event.putArray("log");
            session.logTail().forEach(log::add);
        }
        event.put("state", session.state().label());
        return event;
    }

    private static void send(EventEmitter events, ObjectNode event) {
        try {
            events.event("", event.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
