/* Copyright the Carrel authors. */
package dev.carrel.ui;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * API tokens: make one, see it once, revoke.
 *
 * @param tokens newest first
 * @param newToken the token just made, shown this once; empty for none
 * @param scopes that may be chosen
 * @param lifetimes that may be chosen
 */
public record TokensPage(
        Frame frame,
        List<TokenRow> tokens,
        String newToken,
        List<Choice> scopes,
        List<Choice> lifetimes,
        @Nullable Notice notice)
        implements View {
    /** Copies the lists. */
    public TokensPage {
        tokens = List.copyOf(tokens);
        scopes = List.copyOf(scopes);
        lifetimes = List.copyOf(lifetimes);
    }

    @Override
    public String toString() {
        // The new token is a secret.
        return "TokensPage[" + frame.user() + "]";
    }

    /**
     * A token that was made.
     *
     * @param lastUsed none when never
     * @param expires none when never
     */
    public record TokenRow(
            String id,
            String note,
            List<String> scopes,
            Moment created,
            @Nullable Moment lastUsed,
            @Nullable Moment expires) {
        /** Copies the list. */
        public TokenRow {
            scopes = List.copyOf(scopes);
        }
    }

    /**
     * Something to choose.
     *
     * @param value sent by the form
     * @param label for people
     * @param chosen at first
     */
    public record Choice(String value, String label, boolean chosen) {}
}
