/* Copyright the Carrel authors. */
package dev.carrel.manager.docker;

import com.github.dockerjava.api.exception.DockerException;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.FailureCode;
import dev.carrel.protocol.name.Printable;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Tells apart why Docker did not do what was asked. */
final class Failures {
    private static final List<String> NO_ROOM = List.of(
            "no space left on device",
            "non-overlapping ipv4 address pool",
            "no available ipv4 addresses",
            "cannot allocate memory",
            "too many open files",
            "disk quota exceeded",
            "exchange full");

    private Failures() {}

    static CommandFailure of(String what, Throwable cause, String absence) {
        String reason = reason(cause);
        String lower = reason.toLowerCase(Locale.ROOT);
        if (NO_ROOM.stream().anyMatch(lower::contains)) {
            return new CommandFailure(
                    FailureCode.NO_RESOURCES,
                    what + ": " + reason + " (expected: room on this machine; see: docker system df)");
        }
        if (cause instanceof DockerException) {
            return new CommandFailure(FailureCode.DOCKER_FAILED, what + ": the Docker engine refused: " + reason);
        }
        if (unreachable(cause)) {
            return new CommandFailure(FailureCode.DOCKER_UNAVAILABLE, what + ": " + absence + ": " + reason);
        }
        return new CommandFailure(FailureCode.DOCKER_FAILED, what + ": " + reason);
    }

    /** Whether the connection failed, not what was asked. */
    static boolean unreachable(@Nullable Throwable cause) {
        // docker-java wraps what its transport throws in bare RuntimeExceptions.
        for (Throwable t = cause; t != null; t = t.getCause()) {
            if (t instanceof IOException) {
                return true;
            }
        }
        return false;
    }

    /** Docker's own sentence, from {@code {"message": …}}, on one line and bounded. */
    static String reason(Throwable cause) {
        Throwable root = cause;
        while (root.getCause() != null && !(root instanceof DockerException)) {
            root = root.getCause();
        }
        String text = String.valueOf(root.getMessage()).strip();
        int message = text.indexOf("\"message\":\"");
        if (message >= 0) {
            int end = text.lastIndexOf('"');
            text = text.substring(message + 11, Math.max(message + 11, end));
        }
        StringBuilder line = new StringBuilder();
        text.codePoints().limit(500).forEach(c -> line.appendCodePoint(Character.isISOControl(c) ? ' ' : c));
        return line.isEmpty() ? Printable.quote(root.getClass().getSimpleName()) : line.toString();
    }
}
