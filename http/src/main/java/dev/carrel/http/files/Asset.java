/* Copyright the Carrel authors. */
package dev.carrel.http.files;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One file as it is now.
 *
 * @param hash of its content, hexadecimal
 * @param gzipped the same content compressed; null where that is not worth it or not known
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never printed
record Asset(Content content, long length, Instant lastModified, String hash, byte @Nullable [] gzipped) {

    /** Where the bytes are. */
    sealed interface Content {
        /** In memory, all of them. */
        @SuppressWarnings("ArrayRecordComponent") // never compared, never printed
        record Memory(byte[] bytes) implements Content {}

        /** On disk, under its real path. */
        record Disk(java.nio.file.Path file) implements Content {}
    }

    /** Of the content as it is. */
    String etag() {
        return '"' + hash + '"';
    }

    /** The compressed bytes as a file of their own, with an entity tag of their own; the asset itself when there are none. */
    Asset compressed() {
        return gzipped == null
                ? this
                : new Asset(new Content.Memory(gzipped), gzipped.length, lastModified, hash + "-gzip", gzipped);
    }
}
