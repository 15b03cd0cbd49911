/* Copyright the Carrel authors. */
package dev.carrel.router.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The script in sessions' pages that shows the banner: its text, its address on every session's origin, and the tag that asks for it. */
public final class SessionScript {
    /** Where it is, on every session's origin. */
    public static final String PATH = "/.carrel/session.js";

    private static final byte[] TEXT = read();
    private static final String ADDRESS = PATH + "?v=" + hash(TEXT);
    private static final byte[] TAG =
            ("<script src=\"" + ADDRESS + "\" defer></script>").getBytes(StandardCharsets.US_ASCII);

    private SessionScript() {}

    /** The script; not to be changed. */
    public static byte[] text() {
        return TEXT;
    }

    /** {@link #PATH} with a query that changes with the text, so that this address may be kept for ever. */
    public static String address() {
        return ADDRESS;
    }

    /** What stands in the page; not to be changed. */
    public static byte[] tag() {
        return TAG;
    }

    private static String hash(byte[] text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text);
            return HexFormat.of().formatHex(hash, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static byte[] read() {
        try (InputStream in = SessionScript.class.getResourceAsStream("session.js")) {
            if (in == null) {
                throw new IllegalStateException("resource session.js is missing from the router's jar");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("reading session.js", e);
        }
    }
}
