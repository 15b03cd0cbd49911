/* Copyright the Carrel authors. */
package dev.carrel.engine.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carrel.engine.plugin.Plugins;
import dev.carrel.engine.plugin.StatusFile;
import dev.carrel.engine.web.Access;
import dev.carrel.engine.web.Callers;
import dev.carrel.engine.web.Endpoints;
import dev.carrel.engine.web.EngineRoutes;
import dev.carrel.http.server.Request;
import dev.carrel.http.server.Response;
import jakarta.inject.Inject;

/** What this Carrel can do, and for administrators which plugins make it so. */
final class PluginEndpoints implements Endpoints {
    private final Plugins plugins;

    @Inject
    PluginEndpoints(Plugins plugins) {
        this.plugins = plugins;
    }

    @Override
    public void register(EngineRoutes routes) {
        routes.get("/hub/api/plugins", Access.API, this::list);
    }

    private Response list(Request request) {
        ObjectNode model = Json.object();
        ArrayNode features = model.putArray("features");
        plugins.features().forEach(features::add);
        if (Callers.rights(request).mayOnAll("read:hub")) {
            ArrayNode list = model.putArray("plugins");
            plugins.statuses().forEach(status -> list.add(StatusFile.model(Json.object(), status)));
        }
        return Json.answer(200, model);
    }
}
