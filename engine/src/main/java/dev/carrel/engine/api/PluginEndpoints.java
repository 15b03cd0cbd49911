/* Copyright the Carrel authors. */
package dev.carrel.engine.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carrel.engine.plugin.Plugins;
import dev.carrel.engine.plugin.StatusFile;
import dev.carrel.engine.signin.AuditEvent;
import dev.carrel.engine.signin.AuditLog;
import dev.carrel.engine.signin.Caller;
import dev.carrel.engine.web.Access;
import dev.carrel.engine.web.Callers;
import dev.carrel.engine.web.Endpoints;
import dev.carrel.engine.web.EngineRoutes;
import dev.carrel.http.server.Headers;
import dev.carrel.http.server.HttpFailure;
import dev.carrel.http.server.Request;
import dev.carrel.http.server.Response;
import dev.carrel.plugin.Command;
import dev.carrel.plugin.Commands;
import dev.carrel.plugin.PluginException;
import dev.carrel.plugin.host.PluginStatus;
import dev.carrel.protocol.name.Printable;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** What this Carrel can do, and for administrators which plugins make it so and what these can be told to do. */
final class PluginEndpoints implements Endpoints {
    private static final String RIGHT = "admin:users";

    private final Plugins plugins;
    private final AuditLog audit;
    private final Clock clock;

    @Inject
    PluginEndpoints(Plugins plugins, AuditLog audit, Clock clock) {
        this.plugins = plugins;
        this.audit = audit;
        this.clock = clock;
    }

    @Override
    public void register(EngineRoutes routes) {
        routes.get("/hub/api/plugins", Access.API, this::list);
        routes.post("/hub/api/plugins/{id}/commands/{name}", Access.API, this::call);
        routes.get("/hub/api/plugins/commands/{id}", Access.API, this::status);
    }

    private Response list(Request request) {
        ObjectNode model = Json.object();
        ArrayNode features = model.putArray("features");
        plugins.features().forEach(features::add);
        if (Callers.rights(request).mayOnAll("read:hub")) {
            ArrayNode list = model.putArray("plugins");
            plugins.statuses().forEach(status -> list.add(model(status)));
        }
        return Json.answer(200, model);
    }

    private ObjectNode model(PluginStatus status) {
        ObjectNode model = StatusFile.model(Json.object(), status);
        boolean runs = status.state() == PluginStatus.State.RUNNING;
        ArrayNode commands = model.putArray("commands");
        for (Command.Terms terms : runs ? plugins.commands().offers(status.id()) : List.<Command.Terms>of()) {
            commands.addObject()
                    .put("name", terms.name())
                    .put("text", terms.text())
                    .put("limit_seconds", terms.limit().toMillis() / 1000.0)
                    .put("at_once", terms.atOnce())
                    .put("waiting", terms.waiting());
        }
        return model;
    }

    private Response call(Request request) throws IOException {
        Callers.requireOnAll(request, RIGHT);
        String plugin = request.pathParameter("id");
        String command = request.pathParameter("name");
        String data = request.body().text(Command.Terms.DATA_BYTES);
        Caller caller = Callers.caller(request);
        String id;
        try {
            id = plugins.commands().call("user:" + caller.name(), plugin, command, data);
        } catch (PluginException e) {
            throw refusal(e);
        }
        audit.append(new AuditEvent(
                clock.instant(),
                caller.name(),
                "plugin.command",
                plugin + "/" + command,
                caller.remote(),
                caller.requestId(),
                "done"));
        return Json.answer(202, Json.object().put("id", id).put("state", "queued"))
                .with("Location", "/hub/api/plugins/commands/" + id);
    }

    private static HttpFailure refusal(PluginException failure) {
        String message = String.valueOf(failure.getMessage());
        return switch (failure.code()) {
            case Commands.UNKNOWN -> new HttpFailure(404, Commands.UNKNOWN, message);
            case Commands.FULL ->
                new HttpFailure(
                        429,
                        Commands.FULL,
                        message,
                        Headers.of(
                                "Retry-After",
                                Long.toString(failure.retryAfter()
                                        .orElse(Duration.ofSeconds(1))
                                        .toSeconds())));
            default -> new HttpFailure(400, failure.code(), message);
        };
    }

    private Response status(Request request) {
        Callers.requireOnAll(request, RIGHT);
        String id = request.pathParameter("id");
        Commands.Status status = plugins.commands()
                .status(id)
                .orElseThrow(
                        () -> new HttpFailure(
                                404,
                                "command.no-call",
                                "No call " + Printable.quote(id)
                                        + " is known to this engine. Outcomes of the last 1000 calls are kept until it stops."));
        ObjectNode model = Json.object()
                .put("id", status.id())
                .put("plugin", status.plugin())
                .put("command", status.command())
                .put("caller", status.caller())
                .put("state", status.state().name().toLowerCase(Locale.ROOT))
                .put("asked", status.asked().toString())
                .put("started", status.started().map(Object::toString).orElse(null))
                .put("ended", status.ended().map(Object::toString).orElse(null));
        boolean failed = status.state() == Commands.State.FAILED;
        model.put("result", failed ? "" : status.outcome()).put("reason", failed ? status.outcome() : "");
        return Json.answer(200, model);
    }
}
