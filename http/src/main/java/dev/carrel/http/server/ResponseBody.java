/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import java.nio.file.Path;

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

    /** Events until there are no more. */
    record Events(ServerSentEvents events) implements ResponseBody {}
}
