/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.util.List;

/** What a function printed, its last calls and how it stands: for its owner and administrators. What is told is what this instance has seen since its start. */
final class JournalEndpoints implements Endpoints {
    private static final String SCOPE = "read:functions";
    private static final int MOST = 1000;
    private static final int USUAL = 100;
    private static final Duration HEARTBEAT = Duration.ofSeconds(15);

    private final Functions functions;
    private final Calls calls;
    private final Journals journals;

    @Inject
    JournalEndpoints(Functions functions, Calls calls, Journals journals) {
        this.functions = functions;
        this.calls = calls;
        this.journals = journals;
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
        Journal journal = journals.of(function(request).function());
        int tail = tail(request);
        String call = request.query().first("call").orElse("");
        List<Journal.Line> all = journal.lines(0);
        List<Journal.Line> lines = all.stream()
                .filter(line -> call.isEmpty() || line.call().equals(call))
                .toList();
        List<Journal.Line> last = lines.subList(Math.max(0, lines.size() - tail), lines.size());
        if (request.query().first("follow").orElse("false").equals("true")) {
            long seen = all.isEmpty() ? 0 : all.getLast().number();
            return Response.events(events -> follow(events, journal, last, seen, call));
        }
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        ArrayNode array = body.putArray("lines");
        last.forEach(line -> array.add(json(line)));
        return answer(body);
    }

    private static int tail(Request request) {
        String text = request.query().first("tail").orElse(Integer.toString(USUAL));
        if (!text.matches("\\d{1,4}") || Integer.parseInt(text) > MOST) {
            throw new HttpFailure(
                    400, "query", "tail: " + Printable.quote(text) + " (expected: a number from 0 to " + MOST + ")");
        }
        return Integer.parseInt(text);
    }

    private static void follow(EventEmitter events, Journal journal, List<Journal.Line> first, long seen, String call)
            throws IOException, InterruptedException {
        events.heartbeatEvery(HEARTBEAT);
        for (Journal.Line line : first) {
            events.event("", json(line).toString(), Long.toString(line.number()));
        }
        long after = seen;
        while (events.open()) {
            journal.await(after, HEARTBEAT);
            for (Journal.Line line : journal.lines(after)) {
                after = line.number();
                if (call.isEmpty() || line.call().equals(call)) {
                    events.event("", json(line).toString(), Long.toString(line.number()));
                }
            }
        }
    }

    private static ObjectNode json(Journal.Line line) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("number", line.number())
                .put("at", line.at().toString())
                .put("call", line.call())
                .put("text", line.text());
    }

    private Response calls(Request request) {
        Journal journal = journals.of(function(request).function());
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        ArrayNode array = body.putArray("calls");
        for (Journal.Done call : journal.calls()) {
            array.addObject()
                    .put("id", call.id())
                    .put("at", call.at().toString())
                    .put("handler", call.handler())
                    .put("version", call.version())
                    .put("status", call.status())
                    .put("ms", call.millis())
                    .put("cold", call.cold())
                    .put("instance", call.instance());
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
