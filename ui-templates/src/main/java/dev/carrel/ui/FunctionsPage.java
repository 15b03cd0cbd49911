/* Copyright the Carrel authors. */
package dev.carrel.ui;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One's published functions, and a form to publish another.
 *
 * @param functions by name
 * @param most as many may be published
 * @param draft what the form holds at first: an example, or what was refused
 */
public record FunctionsPage(
        Frame frame,
        List<FunctionCard> functions,
        int most,
        Draft draft,
        @Nullable Notice notice) implements View {
    /** Copies the list. */
    public FunctionsPage {
        functions = List.copyOf(functions);
    }

    /**
     * What the form holds.
     *
     * @param visibility {@code private}, {@code users} or {@code public}
     * @param users names with commas
     * @param notebook path of a notebook whose cells tagged {@code export} are the code; then {@code code} is not used
     */
    public record Draft(String name, String runtime, String code, String notebook, String visibility, String users) {}
}
