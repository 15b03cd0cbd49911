/* Copyright the Carrel authors. */
package dev.carrel.ui;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One's published functions, and a form to publish another.
 *
 * @param functions by name
 * @param shared those of others which name the visitor, by owner and name
 * @param most as many may be published
 * @param draft what the form holds at first: an example, or what was refused
 */
public record FunctionsPage(
        Frame frame,
        List<FunctionCard> functions,
        List<Shared> shared,
        int most,
        Draft draft,
        @Nullable Notice notice) implements View {
    /** Copies the lists. */
    public FunctionsPage {
        functions = List.copyOf(functions);
        shared = List.copyOf(shared);
    }

    /**
     * Somebody else's function that the visitor may call.
     *
     * @param url to call it, absolute, without a handler
     * @param handlers what can be called, the default first; empty while nobody knows
     * @param description for people; may be empty
     */
    public record Shared(String name, String owner, String url, List<String> handlers, String description) {
        /** Copies the list. */
        public Shared {
            handlers = List.copyOf(handlers);
        }
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
