/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carrel.chassis.site.InstanceSettings;
import dev.carrel.engine.function.FunctionId;
import dev.carrel.engine.function.FunctionVersion;
import dev.carrel.engine.function.Functions;
import dev.carrel.engine.web.Access;
import dev.carrel.engine.web.Callers;
import dev.carrel.engine.web.Endpoints;
import dev.carrel.engine.web.EngineRoutes;
import dev.carrel.http.server.EventEmitter;
import dev.carrel.http.server.HttpFailure;
import dev.carrel.http.server.Request;
import dev.carrel.http.server.Response;
import dev.carrel.protocol.name.FunctionName;
import dev.carrel.protocol.name.Printable;
import dev.carrel.protocol.name.UserName;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** What a function printed, its last calls and how it stands: for its owner and administrators. What is told is what this instance has seen: lines and calls also before its last start, numbers since then. */
final class JournalEndpoints implements Endpoints {
    private static final String SCOPE = "read:functions";
    private static final int MOST = 1000;
    private static final int USUAL = 100;
    private static final int CALLS = 200;
    private static final Duration HEARTBEAT = Duration.ofSeconds(15);

    private final Functions functions;
    private final Calls calls;
    private final Journals journals;
    private final JournalKeeper keeper;
    private final InstanceSettings instance;

    @Inject
    JournalEndpoints(
            Functions functions, Calls calls, Journals journals, JournalKeeper keeper, InstanceSettings instance) {
        this.functions = functions;
        this.calls = calls;
        this.journals = journals;
        this.keeper = keeper;
        this.instance = instance;
    }

    @Override
    public void register(EngineRoutes routes) {
        routes.get("/hub/api/functions/{owner}/{function}/logs", Access.API, this::logs)
                .get("/hub/api/functions/{owner}/{function}/calls", Access.API, this::calls)
                .get("/hub/api/functions/{owner}/{function}/stats", Access.API, this::stats);
    }

    /** The function that is asked for, if the caller may know of it; else there is none. */
    private FunctionVersion function(Request request) {
        try {
            UserName owner = UserName.of(request.pathParameter("owner"));
            FunctionId id = new FunctionId(owner, new FunctionName(request.pathParameter("function")));
            if (Callers.rights(request).may(SCOPE, owner)) {
                return functions.find(id, "").orElseThrow(JournalEndpoints::unknown);
            }
        } catch (IllegalArgumentException _) {
            throw unknown();
        }
        throw unknown();
    }

    private static HttpFailure unknown() {
        return new HttpFailure(404, "function.not-found", "No such function, or no right to " + SCOPE + " of it.");
    }

    private Response logs(Request request) {
        FunctionId function = function(request).function();
        LogQuery query = query(request);
        JournalKeeper.Told told = keeper.lines(function, query);
        if (request.query().first("follow").orElse("false").equals("true")) {
            return Response.events(events -> follow(events, function, query, told));
        }
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        ArrayNode array = body.putArray("lines");
        told.lines().forEach(line -> array.add(json(line)));
        if (!told.fault().isEmpty()) {
            body.put("fault", told.fault());
        }
        return answer(body);
    }

    /** The last lines, or, of those since a number or moment, the first; a client that follows again says itself what it has seen. */
    private static LogQuery query(Request request) {
        Optional<String> tail = request.query().first("tail");
        Optional<String> since = request.query().first("since").or(() -> request.header("last-event-id"));
        long after = 0;
        Instant from = Instant.MIN;
        if (since.isPresent() && since.get().matches("\\d{1,18}")) {
            after = Long.parseLong(since.get());
        } else if (since.isPresent()) {
            from = moment(since.get());
        }
        boolean newest = since.isEmpty() || tail.isPresent();
        return new LogQuery(after, from, request.query().first("call").orElse(""), newest ? tail(tail) : MOST, newest);
    }

    private static Instant moment(String text) {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException _) {
            throw new HttpFailure(
                    400,
                    "query",
                    "since: " + Printable.quote(text)
                            + " (expected: the number of a line, or a moment as 2026-01-31T12:00:00Z)");
        }
    }

    private static int tail(Optional<String> given) {
        String text = given.orElse(Integer.toString(USUAL));
        if (!text.matches("\\d{1,4}") || Integer.parseInt(text) > MOST) {
            throw new HttpFailure(
                    400, "query", "tail: " + Printable.quote(text) + " (expected: a number from 0 to " + MOST + ")");
        }
        return Integer.parseInt(text);
    }

    private void follow(EventEmitter events, FunctionId function, LogQuery query, JournalKeeper.Told first)
            throws IOException, InterruptedException {
        events.heartbeatEvery(HEARTBEAT);
        JournalKeeper.Told told = first;
        String fault = "";
        while (events.open()) {
            for (Journal.Line line : told.lines()) {
                events.event("", json(line).toString(), Long.toString(line.number()));
            }
            if (!told.fault().equals(fault)) {
                fault = told.fault();
                events.event("fault", fault);
            }
            if (!keeper.await(function, told, HEARTBEAT)) {
                events.event("end", "The function was deleted.");
                return;
            }
            told = keeper.lines(function, query.behind(told.last(), MOST));
        }
    }

    private ObjectNode json(Journal.Line line) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("number", line.number())
                .put("at", line.at().toString())
                .put("call", line.call())
                .put("text", line.text());
        return instance.alone() ? json : json.put("instance", instance.name());
    }

    private Response calls(Request request) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        ArrayNode array = body.putArray("calls");
        for (Journal.Done call : keeper.calls(function(request).function(), CALLS)) {
            ObjectNode one = array.addObject()
                    .put("id", call.id())
                    .put("at", call.at().toString())
                    .put("handler", call.handler())
                    .put("version", call.version())
                    .put("status", call.status())
                    .put("ms", call.millis())
                    .put("cold", call.cold());
            if (!call.instance().isEmpty()) {
                one.put("instance", call.instance());
            }
        }
        return answer(body);
    }

    private Response stats(Request request) {
        FunctionVersion version = function(request);
        Journal.Sums sums = journals.of(version.function()).sums();
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("version", version.number());
        body.put("calls", sums.calls());
        body.put("failed", sums.failed());
        body.put("busy_ms", sums.busyMillis());
        body.put("starts", sums.starts());
        body.put("slowest_load_ms", sums.slowestLoadMillis());
        ArrayNode array = body.putArray("versions");
        for (Calls.OfVersion standing : calls.standing(version.function())) {
            Standing state = standing.state();
            array.addObject()
                    .put("version", standing.version())
                    .put("waiting", state.waiting())
                    .put("running", state.running())
                    .put("workers", state.workers())
                    .put("ready", state.ready())
                    .put("idle", state.idle())
                    .put("paused", state.paused())
                    .put("fault", state.fault());
        }
        return answer(body);
    }

    private static Response answer(ObjectNode body) {
        return Response.json(200, body.toString().getBytes(StandardCharsets.UTF_8))
                .uncached();
    }
}
