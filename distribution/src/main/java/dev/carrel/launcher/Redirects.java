/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Files that stand for a command's input and output: the operator's, which the service user may be unable to open.
 *
 * @param in null for our own
 * @param out null for our own
 */
record Redirects(@Nullable Path in, @Nullable Path out) {
    static final Redirects NONE = new Redirects(null, null);

    ProcessBuilder on(ProcessBuilder builder) {
        if (in != null) {
            builder.redirectInput(in.toFile());
        }
        if (out != null) {
            builder.redirectOutput(out.toFile());
        }
        return builder;
    }
}
