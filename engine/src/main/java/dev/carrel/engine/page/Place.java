/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import dev.carrel.http.server.SafeRedirect;
import dev.carrel.protocol.name.SessionAddress;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Where somebody wants to go: a session and a path within it.
 *
 * @param address of the session
 * @param next path and query under the session's base path, canonical; empty for its first page
 */
record Place(SessionAddress address, String next) {

    /**
     * Takes what a client sent as the path; whatever does not lie under the session's base path becomes the first page.
     *
     * @param wanted decoded once, as parameters are
     */
    static Place of(SessionAddress address, Optional<String> wanted) {
        return new Place(address, wanted.flatMap(path -> under(address, path)).orElse(""));
    }

    /** The session's first page. */
    static Place of(SessionAddress address) {
        return new Place(address, "");
    }

    private static Optional<String> under(SessionAddress address, String wanted) {
        String path = SafeRedirect.relative(wanted, "");
        int names = address.server().isDefault() ? 1 : 2;
        // ["", "user", name, (server,) rest]
        String[] parts = path.split("/", names + 3);
        if (parts.length < names + 3
                || !parts[1].equals("user")
                || !decode(parts[2]).equals(address.user().value())
                || names == 2 && !decode(parts[3]).equals(address.server().value())) {
            return Optional.empty();
        }
        return Optional.of(address.basePath() + parts[names + 2]);
    }

    private static String decode(String segment) {
        return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** Where the session's own origin sends the browser in the end. */
    String target() {
        return next.isEmpty() ? address.basePath() + "lab" : next;
    }

    String enter() {
        return "/hub/enter/" + ref() + query();
    }

    String spawn() {
        return "/hub/spawn/" + ref() + query();
    }

    String pending() {
        return "/hub/spawn-pending/" + ref() + query();
    }

    /** How the engine's paths name the session. */
    String ref() {
        String user = SessionAddress.encode(address.user().value());
        return address.server().isDefault()
                ? user
                : user + "/" + SessionAddress.encode(address.server().value());
    }

    private String query() {
        return next.isEmpty() ? "" : "?next=" + URLEncoder.encode(next, StandardCharsets.UTF_8);
    }
}
