/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.engine.function.FunctionId;
import dev.carrel.protocol.name.FunctionName;
import dev.carrel.protocol.name.UserName;
import java.util.List;
import java.util.Optional;

/**
 * What the path of a call says.
 *
 * @param alias an alias or a version's number; empty for the active version
 * @param handler empty for the default one
 * @param arguments positional ones, as they stand in the path
 */
record CallTarget(FunctionId function, String alias, String handler, List<String> arguments) {
    CallTarget {
        arguments = List.copyOf(arguments);
    }

    /**
     * Reads {@code {name}[:{alias}].{owner}[/{handler}[/{argument}…]]}; the first dot ends the name.
     *
     * @param segments each decoded by itself
     * @return empty when no function can have such a name
     */
    static Optional<CallTarget> of(List<String> segments) {
        String first = segments.isEmpty() ? "" : segments.getFirst();
        int dot = first.indexOf('.');
        if (dot < 0) {
            return Optional.empty();
        }
        String name = first.substring(0, dot);
        int colon = name.indexOf(':');
        String alias = colon < 0 ? "" : name.substring(colon + 1);
        if (colon >= 0 && alias.isEmpty()) {
            return Optional.empty();
        }
        try {
            FunctionId function = new FunctionId(
                    UserName.of(first.substring(dot + 1)),
                    new FunctionName(colon < 0 ? name : name.substring(0, colon)));
            String handler = segments.size() < 2 ? "" : segments.get(1);
            List<String> arguments = segments.size() < 3 ? List.of() : segments.subList(2, segments.size());
            return Optional.of(new CallTarget(function, alias, handler, arguments));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
