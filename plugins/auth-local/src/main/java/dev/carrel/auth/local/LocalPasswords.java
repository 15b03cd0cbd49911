/* Copyright the Carrel authors. */
package dev.carrel.auth.local;

import dev.carrel.plugin.PasswordAuthenticator;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Keeps and compares passwords. So many at once as the settings say; more wait up to three seconds and are then told that it is busy. */
public final class LocalPasswords implements PasswordAuthenticator, PasswordAuthenticator.Keeping {
    private static final int MAX_BYTES = 1024;
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final Argon2 argon2;
    private final Semaphore slots;
    private final int minLength;

    /** Bounded as the settings say. */
    public LocalPasswords(LocalSettings settings) {
        this(settings, settings.hashMemory() * 1024);
    }

    LocalPasswords(LocalSettings settings, int kibibytes) {
        argon2 = new Argon2(kibibytes);
        slots = new Semaphore(settings.hashesAtOnce(), true);
        minLength = settings.minLength();
    }

    @Override
    public Optional<Keeping> keeping() {
        return Optional.of(this);
    }

    @Override
    public int minLength() {
        return minLength;
    }

    @Override
    public Answer keep(String typed) throws InterruptedException {
        String password = normal(typed);
        int length = password.codePointCount(0, password.length());
        if (length < minLength) {
            return new Answer.Unfit("password: " + length + " characters (expected: at least " + minLength
                    + "; a few words are easiest to remember)");
        }
        if (tooLong(password)) {
            return new Answer.Unfit("password: too long (expected: at most " + MAX_BYTES + " bytes)");
        }
        return inTurn(() -> new Answer.Kept(argon2.hash(password)));
    }

    @Override
    public Answer check(Attempt attempt) throws InterruptedException {
        String password = normal(attempt.password());
        boolean tooLong = tooLong(password);
        return inTurn(() -> {
            // With nothing to compare with, or too much, it takes as long.
            boolean matches = argon2.matches(tooLong ? "" : password, attempt.kept());
            return matches && !tooLong ? new Answer.Right(stronger(password, attempt)) : new Answer.Wrong();
        });
    }

    /** A hash with the parameters of today in place of a weaker one. It is the same password, so today's least length does not count. */
    private Optional<String> stronger(String password, Attempt attempt) {
        return attempt.kept().filter(argon2::isWeaker).map(_ -> argon2.hash(password));
    }

    private interface Work {
        Answer answer();
    }

    private Answer inTurn(Work work) throws InterruptedException {
        if (!slots.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
            return new Answer.Busy();
        }
        try {
            return work.answer();
        } finally {
            slots.release();
        }
    }

    /** How many hashes were computed. */
    long hashes() {
        return argon2.computed();
    }

    /** One keyboard sends é as one character, another as two: the same password must be the same bytes (RFC 8265). */
    private static String normal(String typed) {
        return typed.length() > MAX_BYTES ? typed : Normalizer.normalize(typed, Normalizer.Form.NFC);
    }

    private static boolean tooLong(String password) {
        return password.length() > MAX_BYTES
                || StandardCharsets.UTF_8.encode(CharBuffer.wrap(password)).remaining() > MAX_BYTES;
    }
}
