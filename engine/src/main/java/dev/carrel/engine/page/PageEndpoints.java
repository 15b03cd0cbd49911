/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import dev.carrel.engine.web.Access;
import dev.carrel.engine.web.Endpoints;
import dev.carrel.engine.web.EngineRoutes;
import dev.carrel.http.files.StaticFiles;
import dev.carrel.http.server.Handler;
import dev.carrel.http.server.Request;
import dev.carrel.http.server.Response;
import dev.carrel.ui.Assets;
import jakarta.inject.Inject;

/** Every address of a page, with who may see it. */
final class PageEndpoints implements Endpoints {
    private static final String USER = "/{user}";
    private static final String SERVER = "/{user}/{server}";

    private final Visits visits;
    private final SignInPages doors;
    private final AuthPages ways;
    private final HomePages homes;
    private final SessionPages sessions;
    private final PortPages ports;
    private final FunctionPages functions;
    private final TokenPages tokens;
    private final AccountPages accounts;
    private final AdminPages admin;
    private final Assets assets;

    @Inject
    PageEndpoints(
            Visits visits,
            SignInPages doors,
            AuthPages ways,
            HomePages homes,
            SessionPages sessions,
            PortPages ports,
            FunctionPages functions,
            TokenPages tokens,
            AccountPages accounts,
            AdminPages admin,
            Assets assets) {
        this.visits = visits;
        this.doors = doors;
        this.ways = ways;
        this.homes = homes;
        this.sessions = sessions;
        this.ports = ports;
        this.functions = functions;
        this.tokens = tokens;
        this.accounts = accounts;
        this.admin = admin;
        this.assets = assets;
    }

    /** Handles a request of somebody signed in. */
    @FunctionalInterface
    private interface Personal {
        Response handle(Request request, Visitor visitor) throws Exception;
    }

    @Override
    public void register(EngineRoutes routes) {
        open(routes);
        own(routes);
        functions(routes);
        session(routes);
        administration(routes);
    }

    private void open(EngineRoutes routes) {
        Handler home = _ -> Response.redirect(302, "/hub/home").uncached();
        routes.get("/", Access.OPEN, home)
                .get("/hub", Access.OPEN, home)
                .get("/hub/", Access.OPEN, home)
                .get("/hub/login", Access.OPEN, doors::signInPage)
                .post("/hub/login", Access.OPEN, doors::signIn)
                .get("/hub/auth/{plugin}", Access.OPEN, ways::handle)
                .get("/hub/auth/{plugin}/{path...}", Access.OPEN, ways::handle)
                .post("/hub/auth/{plugin}", Access.OPEN, ways::handle)
                .post("/hub/auth/{plugin}/{path...}", Access.OPEN, ways::handle)
                .get("/hub/invite/{token}", Access.OPEN, doors::invitePage)
                .post("/hub/invite/{token}", Access.OPEN, doors::accept)
                .get(
                        Assets.PREFIX + "{path...}",
                        Access.OPEN,
                        StaticFiles.resources(Assets.class.getClassLoader(), "dev/carrel/ui/static/"))
                .get("/favicon.ico", Access.OPEN, _ -> Response.redirect(302, assets.url("logo.svg")))
                .get("/robots.txt", Access.OPEN, _ -> Response.text(200, "User-agent: *\nDisallow: /\n"));
    }

    private void own(EngineRoutes routes) {
        routes.post("/hub/logout", Access.SIGNED_IN, personal(doors::signOut))
                .get("/hub/home", Access.SIGNED_IN, personal((_, visitor) -> homes.home(visitor)))
                .post("/hub/home/servers", Access.SIGNED_IN, personal(homes::add))
                .get("/hub/token", Access.SIGNED_IN, personal((_, visitor) -> tokens.list(visitor)))
                .post("/hub/token", Access.SIGNED_IN, personal(tokens::create))
                .post("/hub/token/{id}/revoke", Access.SIGNED_IN, personal(tokens::revoke))
                .get("/hub/account", Access.SIGNED_IN, personal((_, visitor) -> accounts.account(visitor)))
                .post("/hub/account/password", Access.SIGNED_IN, personal(accounts::changePassword))
                .get("/hub/user-redirect/{path...}", Access.SIGNED_IN, personal(sessions::userRedirect));
    }

    private void functions(EngineRoutes routes) {
        String one = "/hub/functions/{name}";
        routes.get("/hub/functions", Access.SIGNED_IN, personal((_, visitor) -> functions.list(visitor)))
                .post("/hub/functions", Access.SIGNED_IN, personal(functions::publish))
                .get(one, Access.SIGNED_IN, personal(functions::one))
                .post(one + "/try", Access.SIGNED_IN, personal(functions::tryOut))
                .post(one + "/cancel", Access.SIGNED_IN, personal(functions::cancel))
                .post(one + "/activate", Access.SIGNED_IN, personal(functions::activate))
                .post(one + "/delete", Access.SIGNED_IN, personal(functions::delete));
    }

    private void session(EngineRoutes routes) {
        for (String which : new String[] {USER, SERVER}) {
            routes.get("/hub/enter" + which, Access.SIGNED_IN, personal(sessions::enter))
                    .get("/hub/spawn" + which, Access.SIGNED_IN, personal(sessions::spawnPage))
                    .post("/hub/spawn" + which, Access.SIGNED_IN, personal(sessions::spawn))
                    .get("/hub/spawn-pending" + which, Access.SIGNED_IN, personal(sessions::pendingPage))
                    .post("/hub/stop" + which, Access.SIGNED_IN, personal(sessions::stop))
                    .get("/hub/ports" + which, Access.SIGNED_IN, personal(ports::list))
                    .post("/hub/open-port" + which, Access.SIGNED_IN, personal(ports::open))
                    .post("/hub/close-port" + which, Access.SIGNED_IN, personal(ports::close))
                    .get("/hub/enter" + which + "/ports/{name}", Access.SIGNED_IN, personal(ports::enter));
        }
        routes.post("/hub/delete" + SERVER, Access.SIGNED_IN, personal(sessions::remove));
    }

    private void administration(EngineRoutes routes) {
        String user = "/hub/admin/users/{name}/";
        routes.get("/hub/admin", Access.ADMINISTRATOR, personal(admin::list))
                .post("/hub/admin/users", Access.ADMINISTRATOR, personal(admin::add))
                .post(user + "link", Access.ADMINISTRATOR, personal(admin::link))
                .post(user + "promote", Access.ADMINISTRATOR, personal(admin::promote))
                .post(user + "demote", Access.ADMINISTRATOR, personal(admin::demote))
                .post(user + "enable", Access.ADMINISTRATOR, personal(admin::enable))
                .post(user + "disable", Access.ADMINISTRATOR, personal(admin::disable))
                .post(user + "password", Access.ADMINISTRATOR, personal(admin::password))
                .post("/hub/admin/stop" + USER, Access.ADMINISTRATOR, personal(admin::stop))
                .post("/hub/admin/stop" + SERVER, Access.ADMINISTRATOR, personal(admin::stop));
    }

    private Handler personal(Personal page) {
        return request -> page.handle(request, visits.signedIn(request));
    }
}
