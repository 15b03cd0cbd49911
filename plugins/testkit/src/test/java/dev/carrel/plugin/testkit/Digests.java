/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import dev.carrel.plugin.PasswordAuthenticator;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/** Keeps salted digests of passwords: right, but for the fault that a test asks for. */
final class Digests implements PasswordAuthenticator, PasswordAuthenticator.Keeping {
    private static final int LEAST = 10;
    private static final int MOST = 20_000;
    private volatile String last = "";

    private static boolean is(String fault) {
        return OwnPointsKitTest.is(fault);
    }

    @Override
    public Optional<Keeping> keeping() {
        return Optional.of(this);
    }

    @Override
    public int minLength() {
        return LEAST;
    }

    private static String digest(String salt, String password) {
        String counted = is("prefix") && password.length() > LEAST ? password.substring(0, LEAST) : password;
        try {
            return salt + "."
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256")
                                    .digest((salt + counted).getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Answer keep(String password) {
        if (is("throws") && password.contains("\u0000")) {
            throw new IllegalArgumentException("a character that is none");
        }
        int length = password.codePointCount(0, password.length());
        if (length < LEAST && !is("short")) {
            return new Answer.Unfit("too short");
        }
        if (length > MOST) {
            return new Answer.Unfit("too long");
        }
        String salt = is("unsalted") ? "s" : "s" + ThreadLocalRandom.current().nextLong(Long.MAX_VALUE);
        return new Answer.Kept(digest(salt, password));
    }

    @Override
    public Answer check(Attempt attempt) {
        last = attempt.password();
        if (is("shared")) {
            LockSupport.parkNanos(1000);
        }
        String password = is("shared") ? last : attempt.password();
        if (attempt.kept().isEmpty()) {
            return is("nobody") && password.isEmpty() ? new Answer.Right(Optional.empty()) : new Answer.Wrong();
        }
        String kept = attempt.kept().get();
        String salt = kept.substring(0, kept.indexOf('.'));
        boolean right = kept.equals(digest(salt, password)) || is("always") || is("worse") && kept.startsWith("w.");
        if (!right || is("never")) {
            return new Answer.Wrong();
        }
        return new Answer.Right(is("worse") ? Optional.of("w.") : Optional.empty());
    }
}
