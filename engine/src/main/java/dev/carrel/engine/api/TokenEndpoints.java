/* Copyright the Carrel authors. */
package dev.carrel.engine.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carrel.engine.signin.Accounts;
import dev.carrel.engine.signin.ApiToken;
import dev.carrel.engine.signin.ApiTokens;
import dev.carrel.engine.web.Access;
import dev.carrel.engine.web.Callers;
import dev.carrel.engine.web.Endpoints;
import dev.carrel.engine.web.EngineRoutes;
import dev.carrel.http.server.HttpFailure;
import dev.carrel.http.server.Request;
import dev.carrel.http.server.Response;
import dev.carrel.protocol.name.UserName;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** API tokens of users. */
final class TokenEndpoints implements Endpoints {
    private final ApiTokens tokens;
    private final Accounts accounts;
    private final Models models;

    @Inject
    TokenEndpoints(ApiTokens tokens, Accounts accounts, Models models) {
        this.tokens = tokens;
        this.accounts = accounts;
        this.models = models;
    }

    @Override
    public void register(EngineRoutes routes) {
        routes.get("/hub/api/users/{name}/tokens", Access.API, this::list);
        routes.post("/hub/api/users/{name}/tokens", Access.API, this::create);
        routes.get("/hub/api/users/{name}/tokens/{id}", Access.API, this::one);
        routes.add("DELETE", "/hub/api/users/{name}/tokens/{id}", Access.API, this::revoke);
    }

    private UserName user(Request request, String scope) {
        UserName name = Names.user(request);
        Callers.require(request, scope, name, "");
        accounts.get(name);
        return name;
    }

    private Response list(Request request) {
        UserName name = user(request, "read:tokens");
        ObjectNode body = Json.object();
        var list = body.putArray("api_tokens");
        tokens.list(name).forEach(t -> list.add(models.token(t)));
        return Json.answer(200, body);
    }

    private Response create(Request request) throws IOException {
        UserName name = user(request, "tokens");
        JsonNode body = Json.body(request);
        Optional<Duration> life =
                Json.number(body, "expires_in").filter(s -> s != 0).map(TokenEndpoints::life);
        ApiTokens.Made made = tokens.create(
                name,
                Callers.rights(request),
                Json.texts(body, "scopes"),
                Json.text(body, "note").orElse("Requested via api"),
                life,
                Callers.caller(request));
        ObjectNode model = models.token(made.token());
        model.put("token", made.text());
        return Json.answer(201, model);
    }

    private Response one(Request request) {
        UserName name = user(request, "read:tokens");
        return Json.answer(200, models.token(find(name, request.pathParameter("id"))));
    }

    private Response revoke(Request request) {
        UserName name = user(request, "tokens");
        String id = request.pathParameter("id");
        find(name, id);
        tokens.revoke(name, id, Callers.caller(request));
        return Response.empty(204);
    }

    private ApiToken find(UserName name, String id) {
        return tokens.list(name).stream()
                .filter(t -> t.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new HttpFailure(404, "token.not-found", "user \"" + name + "\" has no such token"));
    }

    private static Duration life(long seconds) {
        if (seconds < 0) {
            throw new HttpFailure(
                    400, "expires_in", "expires_in: " + seconds + " (expected: seconds from now, or 0 for no end)");
        }
        return Duration.ofSeconds(seconds);
    }
}
