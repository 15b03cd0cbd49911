/* Copyright the Carrel authors. */
package dev.carrel.engine.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carrel.engine.function.ExportedCells;
import dev.carrel.engine.function.FunctionHead;
import dev.carrel.engine.function.FunctionId;
import dev.carrel.engine.function.FunctionVersion;
import dev.carrel.engine.function.Publishing;
import dev.carrel.engine.function.SpecRules;
import dev.carrel.engine.signin.Accounts;
import dev.carrel.engine.web.Access;
import dev.carrel.engine.web.Callers;
import dev.carrel.engine.web.Endpoints;
import dev.carrel.engine.web.EngineRoutes;
import dev.carrel.http.multipart.MultipartException;
import dev.carrel.http.multipart.MultipartLimits;
import dev.carrel.http.multipart.Part;
import dev.carrel.http.server.HttpFailure;
import dev.carrel.http.server.Request;
import dev.carrel.http.server.Response;
import dev.carrel.protocol.name.FunctionName;
import dev.carrel.protocol.name.Printable;
import dev.carrel.protocol.name.ServerName;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.UserName;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Published functions: publishing, versions, aliases, secrets. JupyterHub has nothing of the kind. */
final class FunctionEndpoints implements Endpoints {
    private static final String READ = "read:functions";
    private static final String CHANGE = "functions";
    private static final String ALL = "/hub/api/functions";
    private static final String OWNER = ALL + "/{owner}";
    private static final String ONE = OWNER + "/{function}";

    private final Publishing publishing;
    private final SpecRules rules;
    private final ExportedCells cells;
    private final Accounts accounts;
    private final FunctionModels models;

    @Inject
    FunctionEndpoints(
            Publishing publishing, SpecRules rules, ExportedCells cells, Accounts accounts, FunctionModels models) {
        this.cells = cells;
        this.publishing = publishing;
        this.rules = rules;
        this.accounts = accounts;
        this.models = models;
    }

    @Override
    public void register(EngineRoutes routes) {
        routes.get(ALL, Access.API, this::list);
        routes.get(OWNER, Access.API, this::ofOwner);
        routes.get(ONE, Access.API, this::one);
        routes.add("PUT", ONE, Access.API, Json.LARGE_BODY, this::publish);
        routes.add("POST", ONE + "/from-notebook", Access.API, Json.LARGE_BODY, this::fromNotebook);
        routes.add("DELETE", ONE, Access.API, this::delete);
        routes.get(ONE + "/versions", Access.API, this::versions);
        routes.get(ONE + "/versions/{number}", Access.API, this::version);
        routes.post(ONE + "/versions/{number}/activate", Access.API, this::activate);
        routes.post(ONE + "/rollback", Access.API, this::rollback);
        routes.add("PUT", ONE + "/aliases/{alias}", Access.API, this::setAlias);
        routes.add("DELETE", ONE + "/aliases/{alias}", Access.API, this::removeAlias);
        routes.add("PUT", ONE + "/secrets/{secret}", Access.API, this::setSecret);
        routes.add("DELETE", ONE + "/secrets/{secret}", Access.API, this::removeSecret);
    }

    private UserName owner(Request request, String scope) {
        UserName owner = Names.user(request.pathParameter("owner"));
        Callers.require(request, scope, owner, "");
        accounts.get(owner);
        return owner;
    }

    private FunctionId function(Request request, String scope) {
        UserName owner = owner(request, scope);
        try {
            return new FunctionId(owner, new FunctionName(request.pathParameter("function")));
        } catch (IllegalArgumentException e) {
            throw new HttpFailure(400, "function.name", String.valueOf(e.getMessage()));
        }
    }

    private FunctionHead head(Request request, String scope) {
        FunctionId id = function(request, scope);
        return publishing.find(id).orElseThrow(() -> unknown("there is no function " + id));
    }

    private static HttpFailure unknown(String message) {
        return new HttpFailure(404, "unknown", message);
    }

    private Response list(Request request) {
        boolean all = Callers.rights(request).mayOnAll(READ);
        UserName own = Callers.user(request).name();
        if (!all && !Callers.rights(request).may(READ, own)) {
            throw new HttpFailure(
                    403, "forbidden", "Action is not authorized with current scopes; requires any of [" + READ + "]");
        }
        return Json.answer(
                200, flag(request, "shared", false) ? shared(own) : list(all ? publishing.all() : publishing.of(own)));
    }

    private ArrayNode shared(UserName user) {
        ArrayNode list = Json.array();
        publishing.sharedWith(user).forEach(version -> list.add(models.shared(version)));
        return list;
    }

    private Response ofOwner(Request request) {
        return Json.answer(200, list(publishing.of(owner(request, READ))));
    }

    private ArrayNode list(List<FunctionHead> functions) {
        ArrayNode list = Json.array();
        functions.forEach(function -> list.add(models.function(function)));
        return list;
    }

    private Response one(Request request) {
        FunctionHead head = head(request, READ);
        ObjectNode model = models.function(head);
        publishing.version(head, head.active()).ifPresent(version -> {
            models.addSpec(model, version.spec());
            models.addNextRun(model, version.spec());
        });
        return Json.answer(200, model);
    }

    private Response publish(Request request) throws IOException {
        FunctionId id = function(request, CHANGE);
        boolean activate = flag(request, "activate", true);
        Map<String, byte[]> files = new TreeMap<>();
        JsonNode body = request.body().contentType().equals("multipart/form-data")
                ? parts(request, files)
                : Json.anyBody(request);
        SpecReader.Draft draft = SpecReader.read(rules, body, files);
        Publishing.Published published =
                publishing.publish(id, draft.spec(), draft.secrets(), activate, Callers.caller(request));
        return published(published);
    }

    private Response fromNotebook(Request request) throws IOException {
        FunctionId id = function(request, CHANGE);
        ObjectNode body = (ObjectNode) Json.anyBody(request);
        String notebook = Json.text(body, "notebook")
                .orElseThrow(() -> new HttpFailure(
                        400, "json.field", "notebook: missing (expected: a notebook's path in the session)"));
        ServerName server = server(Json.text(body, "server").orElse(""));
        // What is read is the owner's session, and into that leads a right of its own.
        Callers.require(request, "access:servers", id.owner(), server.value());
        if (body.has("code")) {
            throw new HttpFailure(
                    400, "json.field", "code: given (expected: none, for the notebook's cells are the code)");
        }
        body.remove(List.of("notebook", "server"));
        boolean activate = flag(request, "activate", true);
        body.put("code", cells.read(new SessionAddress(id.owner(), server), notebook));
        SpecReader.Draft draft = SpecReader.read(rules, body, Map.of());
        return published(publishing.publish(id, draft.spec(), draft.secrets(), activate, Callers.caller(request)));
    }

    private static ServerName server(String name) {
        try {
            return new ServerName(name);
        } catch (IllegalArgumentException e) {
            throw new HttpFailure(400, "server.name", String.valueOf(e.getMessage()));
        }
    }

    private Response published(Publishing.Published published) {
        ObjectNode model = models.function(published.function());
        model.put("version", published.number());
        model.put("added", published.added());
        publishing
                .version(published.function(), published.function().active())
                .ifPresent(version -> models.addNextRun(model, version.spec()));
        return Json.answer(published.fresh() ? 201 : 200, model);
    }

    /** The JSON of the part {@code spec}, with the part {@code code} in it; all other parts are files. */
    private static JsonNode parts(Request request, Map<String, byte[]> files) throws IOException {
        ObjectNode spec = Json.object();
        byte[] code = null;
        for (Part part :
                request.body().multipart(MultipartLimits.total(Json.LARGE_BODY)).parts()) {
            if (part.name().equals("spec")) {
                spec = (ObjectNode) Json.parse("spec", text(part));
            } else if (part.name().equals("code")) {
                code = bytes(part);
            } else {
                String path = part.name().equals("file") ? part.fileName().orElse("file") : part.name();
                if (files.put(path, bytes(part)) != null) {
                    throw new HttpFailure(400, "multipart", "part " + Printable.quote(path) + " is given twice");
                }
            }
        }
        if (code != null) {
            spec.put("code", SpecReader.text("code", code));
        }
        return spec;
    }

    private static String text(Part part) throws IOException {
        try {
            return part.text(Json.LARGE_BODY);
        } catch (MultipartException e) {
            throw new HttpFailure(413, "http.too-large", String.valueOf(e.getMessage()));
        }
    }

    private static byte[] bytes(Part part) throws IOException {
        try (InputStream in = part.open()) {
            return in.readAllBytes();
        }
    }

    private static boolean flag(Request request, String name, boolean usual) {
        String text = request.query().first(name).orElse(Boolean.toString(usual));
        return switch (text) {
            case "true", "1" -> true;
            case "false", "0" -> false;
            default ->
                throw new HttpFailure(400, name, name + ": " + Printable.quote(text) + " (expected: true or false)");
        };
    }

    private Response delete(Request request) {
        publishing.delete(function(request, CHANGE), Callers.caller(request));
        return Response.empty(204);
    }

    private Response versions(Request request) {
        FunctionHead head = head(request, READ);
        ObjectNode body = Json.object();
        ArrayNode list = body.putArray("versions");
        publishing.versions(head).forEach(note -> list.add(models.version(head, note)));
        return Json.answer(200, body);
    }

    private Response version(Request request) {
        FunctionHead head = head(request, READ);
        long number = number(request);
        FunctionVersion version = publishing
                .version(head, number)
                .orElseThrow(() -> unknown("there is no version " + number + " of " + head.id()));
        return Json.answer(200, models.version(head, version));
    }

    private static long number(Request request) {
        String text = request.pathParameter("number");
        if (!text.matches("[1-9]\\d{0,17}")) {
            throw new HttpFailure(
                    400, "version", "version: " + Printable.quote(text) + " (expected: the number of a version)");
        }
        return Long.parseLong(text);
    }

    private Response activate(Request request) {
        FunctionId id = function(request, CHANGE);
        return Json.answer(200, models.function(publishing.activate(id, number(request), Callers.caller(request))));
    }

    private Response rollback(Request request) {
        FunctionId id = function(request, CHANGE);
        return Json.answer(200, models.function(publishing.rollback(id, Callers.caller(request))));
    }

    private Response setAlias(Request request) throws IOException {
        FunctionId id = function(request, CHANGE);
        long number = Json.number(Json.anyBody(request), "version")
                .orElseThrow(() ->
                        new HttpFailure(400, "json.field", "version: missing (expected: the number of a version)"));
        return Json.answer(
                200,
                models.function(publishing.alias(id, request.pathParameter("alias"), number, Callers.caller(request))));
    }

    private Response removeAlias(Request request) {
        FunctionId id = function(request, CHANGE);
        publishing.removeAlias(id, request.pathParameter("alias"), Callers.caller(request));
        return Response.empty(204);
    }

    private Response setSecret(Request request) throws IOException {
        FunctionId id = function(request, CHANGE);
        JsonNode value = Json.anyBody(request).path("value");
        if (!value.isTextual()) {
            // Not shown: it may be a secret that is no text.
            throw new HttpFailure(400, "json.field", "value: no text (expected: the secret as a text)");
        }
        publishing.setSecret(id, request.pathParameter("secret"), value.asText(), Callers.caller(request));
        return Response.empty(204);
    }

    private Response removeSecret(Request request) {
        FunctionId id = function(request, CHANGE);
        publishing.removeSecret(id, request.pathParameter("secret"), Callers.caller(request));
        return Response.empty(204);
    }
}
