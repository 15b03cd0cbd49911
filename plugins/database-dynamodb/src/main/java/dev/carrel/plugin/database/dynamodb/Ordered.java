/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.dynamodb;

import dev.carrel.plugin.table.Storage;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Kept values as bytes whose order is that of the values. A text is its UTF-8 form and a zero byte, which no text holds, so that what follows does not
 * matter unless the texts are equal; a whole number is eight bytes. No code begins with another one.
 */
final class Ordered {
    /** Behind every code: no byte of UTF-8 is that large, and two numbers are sixteen bytes. */
    private static final byte[] END = new byte[24];

    static {
        Arrays.fill(END, (byte) 0xFF);
    }

    private Ordered() {}

    /** Values one after the other. */
    static byte[] of(Object... values) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Object value : values) {
            switch (value) {
                case String text -> {
                    out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
                    out.write(0);
                }
                case Long whole -> out.writeBytes(eight(whole ^ Long.MIN_VALUE));
                default -> throw new IllegalStateException("no part of an index: " + value.getClass());
            }
        }
        return out.toByteArray();
    }

    /** The first value of several. */
    static Object first(byte[] bytes, Storage storage) {
        if (storage == Storage.WHOLE) {
            return ByteBuffer.wrap(bytes).getLong() ^ Long.MIN_VALUE;
        }
        int end = 0;
        while (bytes[end] != 0) {
            end++;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }

    /** Less than every code. */
    static byte[] least() {
        return new byte[] {0};
    }

    /** Greater than everything that begins with this. */
    static byte[] behind(byte[] beginning) {
        byte[] bytes = Arrays.copyOf(beginning, beginning.length + END.length);
        System.arraycopy(END, 0, bytes, beginning.length, END.length);
        return bytes;
    }

    /** A finite number. */
    static byte[] real(double value) {
        long bits = Double.doubleToLongBits(value);
        return eight(bits < 0 ? ~bits : bits ^ Long.MIN_VALUE);
    }

    /** The number that {@link #real} gave these bytes. */
    static double real(byte[] bytes) {
        long bits = ByteBuffer.wrap(bytes).getLong();
        return Double.longBitsToDouble(bits < 0 ? bits ^ Long.MIN_VALUE : ~bits);
    }

    private static byte[] eight(long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    }
}
