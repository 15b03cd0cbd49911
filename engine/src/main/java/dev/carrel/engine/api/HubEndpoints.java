/* Copyright the Carrel authors. */
package dev.carrel.engine.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carrel.engine.database.EngineTables;
import dev.carrel.engine.session.Sessions;
import dev.carrel.engine.signin.Scope;
import dev.carrel.engine.signin.User;
import dev.carrel.engine.web.Access;
import dev.carrel.engine.web.Callers;
import dev.carrel.engine.web.Endpoints;
import dev.carrel.engine.web.EngineRoutes;
import dev.carrel.engine.web.Principal;
import dev.carrel.http.server.HttpFailure;
import dev.carrel.http.server.Request;
import dev.carrel.http.server.Response;
import jakarta.inject.Inject;
import java.util.List;

/** About the hub itself and about who is asking. */
final class HubEndpoints implements Endpoints {
    /** The version of JupyterHub whose contract this is. */
    private static final String VERSION = "5.2.1";

    private final EngineTables tables;
    private final Sessions sessions;
    private final Models models;

    @Inject
    HubEndpoints(EngineTables tables, Sessions sessions, Models models) {
        this.tables = tables;
        this.sessions = sessions;
        this.models = models;
    }

    @Override
    public void register(EngineRoutes routes) {
        routes.get("/hub/api", Access.OPEN, _ -> version());
        routes.get("/hub/api/", Access.OPEN, _ -> version());
        routes.get("/hub/api/info", Access.API, this::info);
        routes.get("/hub/api/user", Access.API, this::self);
        routes.get("/hub/api/health", Access.OPEN, _ -> health());
        routes.get("/hub/health", Access.OPEN, _ -> health());
    }

    private static Response version() {
        return Json.answer(200, Json.object().put("version", VERSION));
    }

    private Response info(Request request) {
        Callers.requireOnAll(request, "read:hub");
        ObjectNode model = Json.object();
        model.put("version", VERSION);
        model.put("python", "not used");
        model.put("sys_executable", "java " + Runtime.version());
        model.putObject("spawner").put("class", "carrel.container-manager").put("version", "1");
        model.putObject("authenticator").put("class", "carrel.local").put("version", "1");
        return Json.answer(200, model);
    }

    private Response self(Request request) {
        User user = Callers.user(request);
        ObjectNode model = models.user(user, sessions.list(user.name()));
        if (!Callers.rights(request).may("read:users", user.name())) {
            // Who it is may be asked with any token; what else is known of them, only with the right to read it.
            boolean servers = Callers.rights(request).may("read:servers", user.name());
            model.retain(servers ? List.of("kind", "name", "groups", "servers") : List.of("kind", "name", "groups"));
        }
        ArrayNode scopes = model.putArray("scopes");
        Callers.rights(request).scopes().stream().map(Scope::toString).forEach(scopes::add);
        switch (Callers.principal(request)) {
            case Principal.Person person -> {
                model.put("session_id", person.login().id());
                model.put("token_id", (String) null);
            }
            case Principal.Program program -> {
                model.put("session_id", (String) null);
                model.put("token_id", program.token().id());
            }
            case Principal.Anonymous _ ->
                throw new HttpFailure(403, "signin.required", "Missing or invalid credentials.");
        }
        return Json.answer(200, model);
    }

    private Response health() {
        if (tables.health().isPresent()) {
            throw new HttpFailure(503, "database", "The database does not answer.");
        }
        return Json.answer(200, Json.object().put("status", "ok"));
    }
}
