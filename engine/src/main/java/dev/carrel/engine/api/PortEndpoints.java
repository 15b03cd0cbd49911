/* Copyright the Carrel authors. */
package dev.carrel.engine.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.engine.port.Ports;
import dev.carrel.engine.session.SessionPort;
import dev.carrel.engine.signin.Accounts;
import dev.carrel.engine.web.Access;
import dev.carrel.engine.web.Callers;
import dev.carrel.engine.web.Endpoints;
import dev.carrel.engine.web.EngineRoutes;
import dev.carrel.http.server.HttpFailure;
import dev.carrel.http.server.Request;
import dev.carrel.http.server.Response;
import dev.carrel.protocol.name.PortAddress;
import dev.carrel.protocol.name.PortName;
import dev.carrel.protocol.name.ServerName;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.UserName;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.function.Function;

/** Named ports of servers. JupyterHub has nothing of the kind; the scope that changes them is its own for sharing. */
final class PortEndpoints implements Endpoints {
    private static final String READ = "access:servers";
    private static final String CHANGE = "shares";

    private final Ports ports;
    private final Accounts accounts;
    private final SiteSettings site;

    @Inject
    PortEndpoints(Ports ports, Accounts accounts, SiteSettings site) {
        this.ports = ports;
        this.accounts = accounts;
        this.site = site;
    }

    @Override
    public void register(EngineRoutes routes) {
        String user = "/hub/api/users/{name}";
        register(routes, user + "/server/ports", _ -> ServerName.DEFAULT);
        register(routes, user + "/servers//ports", _ -> ServerName.DEFAULT);
        register(routes, user + "/servers/{server}/ports", Names::server);
    }

    private void register(EngineRoutes routes, String path, Function<Request, ServerName> server) {
        routes.get(path, Access.API, r -> list(session(r, server.apply(r), READ)));
        routes.get(path + "/{port}", Access.API, r -> one(address(r, server.apply(r), READ)));
        routes.add("PUT", path + "/{port}", Access.API, r -> open(r, address(r, server.apply(r), CHANGE)));
        routes.add("DELETE", path + "/{port}", Access.API, r -> close(r, address(r, server.apply(r), CHANGE)));
    }

    private SessionAddress session(Request request, ServerName server, String scope) {
        UserName name = Names.user(request);
        Callers.require(request, scope, name, server.value());
        accounts.get(name);
        return new SessionAddress(name, server);
    }

    private PortAddress address(Request request, ServerName server, String scope) {
        SessionAddress session = session(request, server, scope);
        try {
            return new PortAddress(session, new PortName(request.pathParameter("port")));
        } catch (IllegalArgumentException e) {
            throw new HttpFailure(400, "port.name", String.valueOf(e.getMessage()));
        }
    }

    private Response list(SessionAddress session) {
        ObjectNode body = Json.object();
        ArrayNode list = body.putArray("ports");
        ports.of(session).forEach(port -> list.add(model(port)));
        return Json.answer(200, body);
    }

    private Response one(PortAddress address) {
        return Json.answer(200, model(ports.find(address).orElseThrow(() -> notOpen(address))));
    }

    private Response open(Request request, PortAddress address) throws IOException {
        JsonNode body = Json.body(request);
        long port = Json.number(body, "port")
                .orElseThrow(() -> new HttpFailure(
                        400, "json.field", "port: missing (expected: on which port the application listens)"));
        Ports.Opened opened = ports.open(address, port, Json.texts(body, "shares"), Callers.caller(request));
        return Json.answer(opened.fresh() ? 201 : 200, model(opened.port()));
    }

    private Response close(Request request, PortAddress address) {
        if (!ports.close(address, Callers.caller(request))) {
            throw notOpen(address);
        }
        return Response.empty(204);
    }

    private static HttpFailure notOpen(PortAddress address) {
        return new HttpFailure(404, "port.not-open", "no port is open under the name '" + address.name() + "'");
    }

    private ObjectNode model(SessionPort port) {
        PortAddress address = port.address();
        ObjectNode model = Json.object();
        model.put("name", address.name().value());
        model.put("port", port.port());
        ArrayNode shares = model.putArray("shares");
        port.shares().forEach(name -> shares.add(name.value()));
        model.put("created", Models.time(port.created()));
        model.put("path", address.path());
        model.put("url", site.originUrl(address.hostLabel()) + "/");
        return model;
    }
}
