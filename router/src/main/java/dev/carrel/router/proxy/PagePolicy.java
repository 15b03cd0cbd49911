/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Reads a page's Content-Security-Policy as far as our script is concerned. When in doubt the answer is no. Pure functions. */
final class PagePolicy {
    private static final Set<String> OWN = Set.of("'self'", "*");

    private PagePolicy() {}

    /** Whether a page with these policies, all of which hold, lets a script of its own origin run and ask that origin. */
    static boolean allowsOwnScript(List<String> headers) {
        return headers.stream()
                .flatMap(header -> Arrays.stream(header.split(",", -1)))
                .map(PagePolicy::directives)
                .allMatch(PagePolicy::allows);
    }

    private static boolean allows(Map<String, List<String>> policy) {
        // A page in a sandbox is of no origin, so it could not ask for the session's state.
        return !policy.containsKey("sandbox")
                && open(policy, "script-src-elem", "script-src", "default-src")
                && open(policy, "connect-src", "default-src");
    }

    /** The first directive that is there decides; without any, all is allowed. */
    private static boolean open(Map<String, List<String>> policy, String... directives) {
        for (String directive : directives) {
            List<String> sources = policy.get(directive);
            if (sources != null) {
                return sources.stream().anyMatch(OWN::contains) && !sources.contains("'strict-dynamic'");
            }
        }
        return true;
    }

    private static Map<String, List<String>> directives(String policy) {
        Map<String, List<String>> directives = new HashMap<>();
        for (String directive : policy.toLowerCase(Locale.ROOT).split(";", -1)) {
            String[] words = directive.strip().split("\\s+", -1);
            // Of two of a name the first counts.
            directives.putIfAbsent(words[0], Arrays.asList(words).subList(1, words.length));
        }
        return directives;
    }
}
