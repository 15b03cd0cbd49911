/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Named values of a query or a form; a name may have several, in the order sent. Immutable. */
public final class Parameters {
    /** None. */
    public static final Parameters EMPTY = new Parameters(Map.of());

    private final Map<String, List<String>> values;

    Parameters(Map<String, List<String>> values) {
        this.values = values;
    }

    /** The first value under a name. */
    public Optional<String> first(String name) {
        List<String> all = values.get(name);
        return all == null ? Optional.empty() : Optional.of(all.getFirst());
    }

    /** All values under a name, in the order sent. */
    public List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }

    /** The names, in the order of their first value. */
    public Set<String> names() {
        return values.keySet();
    }
}
