/* Copyright the Carrel authors. */
package dev.carrel.engine.web;

import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.engine.signin.SigninRig;
import dev.carrel.http.server.Response;
import dev.carrel.protocol.signed.SignedValues;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Function;

/** The engine's real server over the real sign-in feature, with "root", an administrator, "ada" and "bob", for the endpoints of one feature. */
public final class FeatureServer implements AutoCloseable {
    public final SigninRig signin;
    private final EngineServer server;

    public FeatureServer(Path folder, Set<Endpoints> endpoints) {
        this(folder, _ -> endpoints);
    }

    /** @param endpoints that may keep something beside the accounts */
    public FeatureServer(Path folder, Function<SigninRig, Set<Endpoints>> endpoints) {
        signin = new SigninRig(folder);
        signin.add("root", true);
        signin.add("ada", false);
        signin.add("bob", false);
        SiteSettings site = new SiteSettings(8000, "127.0.0.1", "", -1);
        Gate gate = new Gate(
                signin.signIn,
                signin.tokens,
                new LoginCookies(site, signin.clock),
                new Xsrf(signin.keys),
                new SignedValues(signin.keys, signin.clock),
                site);
        Errors errors = new Errors((_, failure) -> Response.html(failure.status(), "<h1>" + failure.code() + "</h1>"));
        server = new EngineServer(endpoints.apply(signin), gate, errors, site, new EngineSettings(50));
        server.start();
    }

    public int port() {
        return server.port();
    }

    @Override
    public void close() {
        server.stop();
        signin.close();
    }
}
