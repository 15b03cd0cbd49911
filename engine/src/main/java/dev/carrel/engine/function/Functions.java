/* Copyright the Carrel authors. */
package dev.carrel.engine.function;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is published, as those see it who serve calls. Answers come from memory where they can, so that a call costs no database. */
public interface Functions {

    /**
     * The version that calls of this name get.
     *
     * @param alias empty for the active version, else an alias or a version's number
     */
    Optional<FunctionVersion> find(FunctionId function, String alias);

    /** When it was first published, to the millisecond: a later function of the same name has another moment. Empty when there is none. */
    Optional<Instant> since(FunctionId function);

    /**
     * A version that another instance knows: one that this one has not heard of yet is looked for.
     *
     * @param created when it was published
     */
    default Optional<FunctionVersion> find(FunctionId function, long number, Instant created) {
        return find(function, Long.toString(number))
                .filter(version -> version.created().equals(created));
    }

    /** Active versions that want workers even when nobody calls. */
    List<FunctionVersion> keptWarm();

    /** Variables of a version that are secrets, as they are now. Never logged, never shown. */
    Map<String, String> secrets(FunctionId function);

    /** Adds a listener: called after a function was activated, rolled back, deleted or its secrets changed, here or by another instance. Must be quick. */
    void listen(Listener listener);

    /** Who must know of changes. */
    interface Listener {
        /** Another version is active now, or none. */
        void changed(FunctionId function);
    }
}
