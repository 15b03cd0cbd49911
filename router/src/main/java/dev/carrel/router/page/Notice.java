/* Copyright the Carrel authors. */
package dev.carrel.router.page;

import dev.carrel.router.route.SessionRoute;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One thing to say to a person or a program.
 *
 * @param status of the answer
 * @param code short dotted word for programs
 * @param title a few words
 * @param message plain sentences: what happened, what to do
 * @param session what it is about; null for none. Only said to those who may see it
 * @param links where to go from here; the first is the button
 * @param retryAfter seconds after which asking again makes sense; 0 for never
 */
public record Notice(
        int status,
        String code,
        String title,
        String message,
        @Nullable SessionRoute session,
        List<Link> links,
        int retryAfter) {

    /** A way on. */
    public record Link(String text, String href) {}

    /** Copies the list. */
    public Notice {
        links = List.copyOf(links);
    }

    /** Without session and links. */
    public static Notice of(int status, String code, String title, String message) {
        return new Notice(status, code, title, message, null, List.of(), 0);
    }

    /** The same with ways on. */
    public Notice with(Link... others) {
        return new Notice(status, code, title, message, session, List.of(others), retryAfter);
    }

    /** The same, worth asking again after so many seconds. */
    public Notice retry(int seconds) {
        return new Notice(status, code, title, message, session, links, seconds);
    }

    /** What it is about. */
    public Optional<SessionRoute> about() {
        return Optional.ofNullable(session);
    }
}
