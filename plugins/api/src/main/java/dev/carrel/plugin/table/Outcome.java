/* Copyright the Carrel authors. */
package dev.carrel.plugin.table;

import java.util.List;

/**
 * What became of a transaction.
 *
 * @param refused the positions, ascending, of the writes whose row or condition was not as they need it; when there is one, nothing at all was written
 */
public record Outcome(List<Integer> refused) {
    /** Everything was written. */
    public static final Outcome DONE = new Outcome(List.of());

    /** Copies the list. */
    public Outcome {
        refused = List.copyOf(refused);
    }

    /** Whether everything was written. */
    public boolean done() {
        return refused.isEmpty();
    }
}
