/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

import dev.carrel.protocol.name.UserName;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an API token. Its text is known to its holder alone.
 *
 * @param id public
 * @param user for whom it speaks
 * @param note what it is for, in its owner's words
 * @param scopes as they were asked for; never more than the owner's own
 * @param created when
 * @param expires when it ends; null for never
 * @param lastUsed the latest use, to the minute; null for never
 */
public record ApiToken(
        String id,
        UserName user,
        String note,
        List<String> scopes,
        Instant created,
        @Nullable Instant expires,
        @Nullable Instant lastUsed) {
    /** Copies the list. */
    public ApiToken {
        scopes = List.copyOf(scopes);
    }
}
