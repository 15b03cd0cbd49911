/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.engine.web.Callers;
import dev.carrel.http.server.Headers;
import dev.carrel.http.server.Parameters;
import dev.carrel.http.server.Request;
import dev.carrel.plugin.SignInRequest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Makes of requests what plugins for signing in are shown. */
final class Asking {
    private static final int MAX_FIELDS = 100;
    /** Secrets, and what anybody may have written although only a proxy should: a plugin that looks at these would be fooled. */
    private static final Set<String> HIDDEN = Set.of(
            "authorization",
            "cookie",
            "proxy-authorization",
            "x-xsrftoken",
            "forwarded",
            "x-real-ip",
            "x-scheme",
            "x-client-ip",
            "true-client-ip",
            "remote-user",
            "x-remote-user");

    private final SiteSettings site;

    @Inject
    Asking(SiteSettings site) {
        this.site = site;
    }

    /** A request to a plugin's own path. */
    SignInRequest of(Request request, String plugin, String state) throws IOException {
        String path = request.path().substring(("/hub/auth/" + plugin).length());
        Map<String, List<String>> form =
                request.method().equals("POST") ? all(request.body().form()) : Map.of();
        return make(request, plugin, path.isEmpty() ? "/" : path, form, state);
    }

    /** A stranger at the sign-in page. */
    SignInRequest stranger(Request request, String plugin) {
        return make(request, plugin, "/", Map.of(), "");
    }

    private SignInRequest make(
            Request request, String plugin, String path, Map<String, List<String>> form, String state) {
        return new SignInRequest(
                request.method(),
                path,
                all(request.query()),
                form,
                headers(request),
                Callers.caller(request).remote(),
                Callers.vouched(request).map(v -> new SignInRequest.Vouched(v.header(), v.value(), v.proxy())),
                URI.create(site.baseUrl() + "/hub/auth/" + plugin),
                state,
                Callers.xsrf(request));
    }

    private static Map<String, List<String>> headers(Request request) {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        for (Headers.Line line : request.headers().lines()) {
            String name = line.name().toLowerCase(Locale.ROOT);
            String plain = name.replace('_', '-');
            if (!HIDDEN.contains(plain) && !plain.startsWith("x-forwarded-") && !plain.startsWith("x-carrel-")) {
                headers.computeIfAbsent(name, _ -> new ArrayList<>()).add(line.value());
            }
        }
        return headers;
    }

    private static Map<String, List<String>> all(Parameters parameters) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        parameters.names().stream().limit(MAX_FIELDS).forEach(name -> values.put(name, parameters.all(name)));
        return values;
    }
}
