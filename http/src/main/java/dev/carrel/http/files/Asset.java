/* Copyright the Carrel authors. */
package dev.carrel.http.files;

import java.time.Instant;

/**
 * One file as it is now.
 *
 * @param hash of its content, hexadecimal
 */
record Asset(Content content, long length, Instant lastModified, String hash) {

    /** Where the bytes are. */
    sealed interface Content {
        /** In memory, all of them. */
        @SuppressWarnings("ArrayRecordComponent") // never compared, never printed
        record Memory(byte[] bytes) implements Content {}

        /** On disk, under its real path. */
        record Disk(java.nio.file.Path file) implements Content {}
    }

    String etag() {
        return '"' + hash + '"';
    }
}
