/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** The kinds of body an answer may have. */
sealed interface ResponseBody {
    ResponseBody NONE = new Bytes(new byte[0]);

    /** All there at once. */
    @SuppressWarnings("ArrayRecordComponent") // never compared, never printed
    record Bytes(byte[] bytes) implements ResponseBody {}

    /** A stretch of a file. */
    record FilePart(Path file, long offset, long length) implements ResponseBody {}

    /** Written by the handler; length -1 when not known before. */
    record Streamed(StreamingBody body, long length) implements ResponseBody {}

    /** Not known yet, with all else of the answer. */
    record Later<T>(CompletionStage<T> event, Function<T, Response> then) implements ResponseBody {
        /** The same with something done to the answer. */
        Later<T> edited(UnaryOperator<Response> edit) {
            return new Later<>(event, then.andThen(edit));
        }

        /** Has the answer made by the given executor once there is what it is made of. */
        CompletableFuture<Response> answer(Executor executor) {
            return event.thenApplyAsync(then, executor).toCompletableFuture();
        }
    }

    /** Events until there are no more. */
    record Events(ServerSentEvents events) implements ResponseBody {}
}
