/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** A long text in pieces that fit into rows: compressed, in base64. */
final class PackedText {
    /** Leaves room for the other components within {@link dev.carrel.plugin.table.Limits#ROW_BYTES}. */
    private static final int PIECE = 200_000;
    /** Nothing that is packed is as long; what unpacks to more was not packed here. */
    private static final int LONGEST = 16 * 1024 * 1024;

    private PackedText() {}

    static List<String> pack(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream packed = new GZIPOutputStream(bytes)) {
            packed.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new IllegalStateException("memory takes every byte", e);
        }
        String whole = Base64.getEncoder().encodeToString(bytes.toByteArray());
        List<String> pieces = new ArrayList<>();
        for (int from = 0; from < whole.length(); from += PIECE) {
            pieces.add(whole.substring(from, Math.min(whole.length(), from + PIECE)));
        }
        return pieces;
    }

    /**
     * The text.
     *
     * @throws IllegalArgumentException when pieces are missing or changed
     */
    static String unpack(List<String> pieces) {
        byte[] packed = Base64.getDecoder().decode(String.join("", pieces));
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            byte[] text = in.readNBytes(LONGEST + 1);
            if (text.length > LONGEST) {
                throw new IllegalArgumentException("it unpacks to more than " + LONGEST + " bytes");
            }
            return new String(text, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalArgumentException("a part is missing or was changed: " + e.getMessage(), e);
        }
    }
}
