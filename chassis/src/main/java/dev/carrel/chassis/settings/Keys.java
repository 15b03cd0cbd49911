/* Copyright the Carrel authors. */
package dev.carrel.chassis.settings;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Spelling of keys. */
final class Keys {
    private Keys() {}

    /** {@code maxBody} becomes {@code max-body}. */
    static String dashed(String component) {
        return component.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
    }

    static String environment(String section, String key) {
        return ("CARREL_" + section + "_" + key).toUpperCase(Locale.ROOT).replace('-', '_');
    }

    /** The known key that is nearest to a mistyped one, when it is near at all. */
    static Optional<String> nearest(String typed, Collection<String> known) {
        return known.stream()
                .filter(k -> distance(typed, k) <= Math.max(2, k.length() / 3))
                .min((a, b) -> Integer.compare(distance(typed, a), distance(typed, b)));
    }

    /** Levenshtein's distance. */
    private static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substitution = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(substitution, Math.min(previous[j], current[j - 1]) + 1);
            }
            previous = current;
        }
        return previous[b.length()];
    }
}
