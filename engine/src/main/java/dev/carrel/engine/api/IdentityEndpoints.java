/* Copyright the Carrel authors. */
package dev.carrel.engine.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carrel.engine.signin.Accounts;
import dev.carrel.engine.signin.Identities;
import dev.carrel.engine.signin.LinkedIdentity;
import dev.carrel.engine.web.Access;
import dev.carrel.engine.web.Callers;
import dev.carrel.engine.web.Endpoints;
import dev.carrel.engine.web.EngineRoutes;
import dev.carrel.http.server.Request;
import dev.carrel.http.server.Response;
import dev.carrel.protocol.name.UserName;
import jakarta.inject.Inject;
import java.io.IOException;

/** Which identities, found out by plugins, open which accounts. JupyterHub has nothing of the kind. */
final class IdentityEndpoints implements Endpoints {
    private static final String PATH = "/hub/api/users/{name}/identities";

    private final Identities identities;
    private final Accounts accounts;

    @Inject
    IdentityEndpoints(Identities identities, Accounts accounts) {
        this.identities = identities;
        this.accounts = accounts;
    }

    @Override
    public void register(EngineRoutes routes) {
        routes.get(PATH, Access.API, this::list);
        routes.post(PATH, Access.API, this::link);
        routes.add("DELETE", PATH, Access.API, this::unlink);
    }

    private UserName user(Request request) {
        Callers.requireOnAll(request, "admin:users");
        UserName name = Names.user(request);
        accounts.get(name);
        return name;
    }

    private Response list(Request request) {
        UserName user = user(request);
        ObjectNode body = Json.object();
        ArrayNode list = body.putArray("identities");
        identities.list(user).forEach(one -> list.add(model(one)));
        return Json.answer(200, body);
    }

    private Response link(Request request) throws IOException {
        UserName user = user(request);
        JsonNode body = Json.body(request);
        return Json.answer(
                201,
                model(identities.link(
                        user,
                        Json.text(body, "method").orElse(""),
                        Json.text(body, "subject").orElse(""),
                        Callers.caller(request))));
    }

    private Response unlink(Request request) {
        UserName user = user(request);
        identities.unlink(
                user,
                request.query().first("method").orElse(""),
                request.query().first("subject").orElse(""),
                Callers.caller(request));
        return Response.empty(204);
    }

    private static ObjectNode model(LinkedIdentity identity) {
        return Json.object()
                .put("method", identity.method())
                .put("subject", identity.subject())
                .put("user", identity.user().value())
                .put("linked", identity.linked().toString());
    }
}
