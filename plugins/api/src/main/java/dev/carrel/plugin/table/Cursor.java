/* Copyright the Carrel authors. */
package dev.carrel.plugin.table;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A place in the answer to a query, as text: a number for the format, eight bytes of a digest over question and place, the place. The digest
 * finds cursors of other queries and mistyped ones; it is no signature, since a cursor opens nothing that the query itself does not.
 */
final class Cursor {
    private static final byte FORMAT = 1;
    private static final int DIGEST = 8;
    private static final int LONGEST = 2000;

    private Cursor() {}

    static String write(String question, List<Column> order, @Nullable Object[] row) {
        ByteBuffer place = ByteBuffer.allocate(order.size() * (4 + Limits.KEY_BYTES));
        for (Column column : order) {
            switch (row[column.position()]) {
                case String text -> {
                    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                    place.putInt(bytes.length).put(bytes);
                }
                case Long whole -> place.putLong(whole);
                case null, default -> throw new IllegalStateException("a place without " + column);
            }
        }
        byte[] bytes = Arrays.copyOf(place.array(), place.position());
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(ByteBuffer.allocate(1 + DIGEST + bytes.length)
                        .put(FORMAT)
                        .put(digest(question, bytes))
                        .put(bytes)
                        .array());
    }

    /** @throws IllegalArgumentException when it is no cursor of this question */
    static List<Object> read(String cursor, String question, List<Column> order) {
        try {
            if (cursor.length() > LONGEST) {
                throw new IllegalArgumentException("too long");
            }
            ByteBuffer in = ByteBuffer.wrap(Base64.getUrlDecoder().decode(cursor));
            byte format = in.get();
            byte[] digest = new byte[DIGEST];
            in.get(digest);
            byte[] place = Arrays.copyOfRange(in.array(), in.position(), in.limit());
            if (format != FORMAT || !Arrays.equals(digest, digest(question, place))) {
                throw new IllegalArgumentException("not one of this query");
            }
            List<Object> position = new ArrayList<>();
            for (Column column : order) {
                position.add(column.kind().storage() == Storage.TEXT ? text(in) : (Object) in.getLong());
            }
            return List.copyOf(position);
        } catch (IllegalArgumentException | BufferUnderflowException | CharacterCodingException e) {
            throw new IllegalArgumentException(
                    "cursor: \"" + cursor.substring(0, Math.min(40, cursor.length()))
                            + "\" (expected: one that a page of the very same query gave)",
                    e);
        }
    }

    private static String text(ByteBuffer in) throws CharacterCodingException {
        int length = in.getInt();
        if (length < 0 || length > in.remaining()) {
            throw new IllegalArgumentException("cut off");
        }
        ByteBuffer slice = in.slice(in.position(), length);
        in.position(in.position() + length);
        return StandardCharsets.UTF_8.newDecoder().decode(slice).toString();
    }

    private static byte[] digest(String question, byte[] place) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(question.getBytes(StandardCharsets.UTF_8));
            sha.update((byte) 0);
            return Arrays.copyOf(sha.digest(place), DIGEST);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
