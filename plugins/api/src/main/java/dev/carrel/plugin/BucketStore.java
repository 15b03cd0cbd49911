/* Copyright the Carrel authors. */
package dev.carrel.plugin;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Keeps items, each a run of bytes under a key, as an S3 bucket does: feature {@code bucketstore}. One plugin, one bucket, by its settings; the first
 * plugin by its id is everybody's. Several engines share it.
 *
 * <p>Like a {@link Database} it is called on the caller's threads, many at once, because bytes stream through the call: every method ends by itself once
 * nothing has moved for as long as its settings say, and uses memory that does not depend on the size of an item. An item appears as a whole or not
 * at all, and whoever has been answered finds it at once.
 *
 * <p>Errors are {@link PluginException}s with these codes: {@link #NOT_FOUND}, {@link #DAMAGED} (permanent: what came is not what was pushed),
 * {@link #DENIED} (permanent until the settings change), {@link #FULL} (no more room), {@link #DOWN} (temporary: no answer, throttled; tried several times
 * already). What fails of the caller's own stream is thrown as the {@link IOException} it is.
 */
public non-sealed interface BucketStore extends Extension {
    /** There is no such item. */
    String NOT_FOUND = "bucket.not-found";
    /** Bytes have changed on their way or where they were kept. */
    String DAMAGED = "bucket.damaged";
    /** The store does not let us do it. */
    String DENIED = "bucket.denied";
    /** No more room. */
    String FULL = "bucket.full";
    /** The store does not answer, or not now. */
    String DOWN = "bucket.down";

    /** The most items of a listing. */
    int LISTING = 1000;

    /** Which store, for logs and pages: its kind and place, no credentials. */
    String name();

    /**
     * Writes an item, in place of any under that key. When it throws, what was there before is still there, whole; but for {@link #DOWN}, after which
     * it is one or the other, whole. An item of a content with an {@link Content#identity} that was cut short may be taken up where it ended.
     *
     * @param metadata at most 20; names a-z 0-9 and dashes up to 40, values up to 200 characters of printable ASCII
     * @throws IllegalArgumentException when key or metadata are none
     * @throws IOException what the content threw, or when its size is not what it says
     */
    Item push(String key, Content content, Map<String, String> metadata) throws IOException;

    /**
     * Writes an item's bytes to a stream, which stays open. They are compared with what was pushed: when they differ it throws {@link #DAMAGED}, after
     * some or all of them have been written, so nothing may be made of them before it returns.
     */
    Item pull(String key, OutputStream into) throws IOException;

    /**
     * Writes a part of an item to a stream. What lies beyond its end is left out, so that a part may be empty; a part is not compared.
     *
     * @param from the first byte, from 0
     * @param length at least 1
     */
    Item pull(String key, long from, long length, OutputStream into) throws IOException;

    /** What is known of an item; empty when there is none. */
    Optional<Item> find(String key);

    /** Deletes an item; whether there was one. */
    boolean delete(String key);

    /** Copies an item with its metadata, in place of any under the other key, without its bytes passing through here where the store can. */
    Item copy(String from, String to);

    /** Copies, then deletes: after a failure there may be both, never neither. A move onto itself changes nothing. */
    Item move(String from, String to);

    /**
     * Items in the order of their keys' bytes.
     *
     * @param prefix of the keys; empty for all
     * @param after a key, which itself is left out, there or not; empty for the beginning
     * @param limit 1 to {@value #LISTING}
     */
    Listing list(String prefix, String after, int limit);

    /** Empty when the store answers and lets us in, else why not; at most 10 s. Asked every few minutes at most. */
    Optional<String> health();

    /**
     * Refuses what is no key: 1 to 500 bytes of UTF-8 between slashes of which none stands first, last or beside another; no control characters, no
     * backslash, and no part that is {@code .} or {@code ..}, or longer than 200 bytes.
     */
    static String checkedKey(String key) {
        boolean fits = Keys.FORM.matcher(key).matches()
                && key.getBytes(StandardCharsets.UTF_8).length <= Keys.BYTES
                && StandardCharsets.UTF_8.newEncoder().canEncode(key);
        for (String part : key.split("/", -1)) {
            fits &= !part.equals(".") && !part.equals("..");
            fits &= part.getBytes(StandardCharsets.UTF_8).length <= Keys.PART_BYTES;
        }
        if (!fits) {
            throw new IllegalArgumentException("key: " + Mailer.Address.shown(key)
                    + " (expected: as backups/ada/2026.tar, at most " + Keys.BYTES + " bytes)");
        }
        return key;
    }

    /** Refuses metadata that not every store could keep. */
    static Map<String, String> checkedMetadata(Map<String, String> metadata) {
        if (metadata.size() > Keys.METADATA) {
            throw new IllegalArgumentException(
                    "metadata: " + metadata.size() + " (expected: at most " + Keys.METADATA + ")");
        }
        metadata.forEach((name, value) -> {
            if (!Keys.METADATA_NAME.matcher(name).matches()
                    || !Keys.METADATA_VALUE.matcher(value).matches()) {
                throw new IllegalArgumentException("metadata: " + Mailer.Address.shown(name) + " = "
                        + Mailer.Address.shown(value)
                        + " (expected: a-z 0-9 and dashes up to 40; printable ASCII up to 200)");
            }
        });
        return Map.copyOf(metadata);
    }

    /** Refuses a limit of a listing that is none. */
    static int checkedLimit(int limit) {
        if (limit < 1 || limit > LISTING) {
            throw new IllegalArgumentException("limit: " + limit + " (expected: 1 to " + LISTING + ")");
        }
        return limit;
    }

    /** Forms of keys and metadata. */
    final class Keys {
        private static final Pattern FORM = Pattern.compile("[^/\\\\\\p{Cc}]+(/[^/\\\\\\p{Cc}]+)*");
        private static final Pattern METADATA_NAME = Pattern.compile("[a-z0-9-]{1,40}");
        private static final Pattern METADATA_VALUE = Pattern.compile("[ -~]{0,200}");
        private static final int BYTES = 500;
        private static final int PART_BYTES = 200;
        private static final int METADATA = 20;

        private Keys() {}
    }

    /** What is pushed. Opened anew for each attempt, by the thread that pushes. */
    interface Content {
        /** How many bytes there are; 0 or more. */
        long size();

        /** From the first byte; closed by the store. */
        InputStream open() throws IOException;

        /** A text that only the very same bytes have, such as their SHA-256; empty when it is not known. */
        default Optional<String> identity() {
            return Optional.empty();
        }

        /** Some bytes. */
        static Content of(byte[] bytes) {
            byte[] own = bytes.clone();
            return new Content() {
                @Override
                public long size() {
                    return own.length;
                }

                @Override
                public InputStream open() {
                    return new java.io.ByteArrayInputStream(own);
                }
            };
        }
    }

    /**
     * An item without its bytes.
     *
     * @param size in bytes
     * @param sha256 of its bytes, 64 hexadecimal digits in lower case
     * @param changed when it was pushed or copied
     */
    record Item(String key, long size, String sha256, Instant changed, Map<String, String> metadata) {
        /** Copies the map. */
        public Item {
            metadata = Map.copyOf(metadata);
        }
    }

    /**
     * Some items of a store.
     *
     * @param next what to list after for more; empty when there are no more
     */
    record Listing(List<Entry> entries, Optional<String> next) {
        /** Copies the list. */
        public Listing {
            entries = List.copyOf(entries);
        }
    }

    /** What a listing tells of an item. */
    record Entry(String key, long size, Instant changed) {}
}
