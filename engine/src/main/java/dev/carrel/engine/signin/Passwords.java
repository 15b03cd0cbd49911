/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

import jakarta.inject.Inject;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.text.Normalizer;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.jspecify.annotations.Nullable;

/**
 * Hashes and checks passwords with Argon2id; the parameters stand in the encoded hash, so they can be raised. So many at once as the settings say;
 * more wait up to three seconds and are then refused as busy.
 */
public final class Passwords {
    private static final int PASSES = 2;
    private static final int LANES = 1;
    private static final int LENGTH = 32;
    private static final int MAX_BYTES = 1024;
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final SecureRandom random = new SecureRandom();
    private final Semaphore slots;
    private final LongAdder computed = new LongAdder();
    private final int minLength;
    private final int memory;
    /** Of no password at all: checking against it takes as long as checking against a real one. */
    private final String dummy;

    /** Bounded as the settings say. */
    @Inject
    public Passwords(SigninSettings settings) {
        slots = new Semaphore(settings.hashesAtOnce(), true);
        minLength = settings.passwordMinLength();
        memory = settings.hashMemory() * 1024;
        dummy = encode(new byte[16], new byte[LENGTH], memory, PASSES, LANES);
    }

    /**
     * Hashes a new password.
     *
     * @throws Refusal when it is too short or too long
     */
    public String hash(String typed) {
        String password = normal(typed);
        int length = password.codePointCount(0, password.length());
        if (length < minLength) {
            throw new Refusal(
                    Refusal.Kind.INVALID,
                    "password: " + length + " characters (expected: at least " + minLength
                            + "; a few words are easiest to remember)");
        }
        if (tooLong(password)) {
            throw new Refusal(Refusal.Kind.INVALID, "password: too long (expected: at most " + MAX_BYTES + " bytes)");
        }
        return fresh(password);
    }

    private String fresh(String password) {
        byte[] salt = new byte[16];
        random.nextBytes(salt);
        return encode(salt, derive(password, salt, memory, PASSES, LANES), memory, PASSES, LANES);
    }

    /** Whether a password has this hash; with no hash it takes as long and is false. */
    boolean matches(String typed, @Nullable String encoded) {
        String password = normal(typed);
        Parsed parsed = parse(encoded == null ? dummy : encoded);
        String checked = tooLong(password) ? "" : password;
        byte[] derived = derive(checked, parsed.salt(), parsed.memory(), parsed.passes(), parsed.lanes());
        return MessageDigest.isEqual(derived, parsed.hash()) && encoded != null && !tooLong(password);
    }

    /**
     * A hash with our parameters of today in place of a weaker one. It is the same password, so today's least length does not count; and
     * whoever signs in does not wait for it: it can be done the next time.
     */
    Optional<String> strengthened(String password, String encoded) {
        Parsed parsed = parse(encoded);
        if (parsed.memory() >= memory && parsed.passes() >= PASSES && parsed.lanes() == LANES) {
            return Optional.empty();
        }
        try {
            return Optional.of(fresh(normal(password)));
        } catch (Refusal _) {
            return Optional.empty();
        }
    }

    /** One keyboard sends é as one character, another as two: the same password must be the same bytes (RFC 8265). */
    private static String normal(String typed) {
        return typed.length() > MAX_BYTES ? typed : Normalizer.normalize(typed, Normalizer.Form.NFC);
    }

    private static boolean tooLong(String password) {
        return password.length() > MAX_BYTES
                || StandardCharsets.UTF_8.encode(CharBuffer.wrap(password)).remaining() > MAX_BYTES;
    }

    /** How many were computed; every attempt to sign in must cost one, whoever it is for. */
    long hashes() {
        return computed.sum();
    }

    private byte[] derive(String password, byte[] salt, int memory, int passes, int lanes) {
        try {
            if (!slots.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new Refusal(
                        Refusal.Kind.BUSY,
                        "Very many people are signing in just now. Please try again in a moment.",
                        PATIENCE);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new Refusal(Refusal.Kind.BUSY, "The server is stopping. Please try again in a moment.", PATIENCE);
        }
        try {
            Argon2BytesGenerator generator = new Argon2BytesGenerator();
            generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                    .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                    .withSalt(salt)
                    .withMemoryAsKB(memory)
                    .withIterations(passes)
                    .withParallelism(lanes)
                    .build());
            byte[] hash = new byte[LENGTH];
            computed.increment();
            generator.generateBytes(password.getBytes(StandardCharsets.UTF_8), hash);
            return hash;
        } finally {
            slots.release();
        }
    }

    @SuppressWarnings("ArrayRecordComponent")
    private record Parsed(byte[] salt, byte[] hash, int memory, int passes, int lanes) {}

    private static String encode(byte[] salt, byte[] hash, int memory, int passes, int lanes) {
        Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
        return "$argon2id$v=19$m=" + memory + ",t=" + passes + ",p=" + lanes + "$" + base64.encodeToString(salt) + "$"
                + base64.encodeToString(hash);
    }

    private static Parsed parse(String encoded) {
        String[] parts = encoded.split("\\$", -1);
        if (parts.length != 6
                || !parts[1].equals("argon2id")
                || !parts[3].matches("m=\\d{1,7},t=\\d{1,3},p=\\d{1,2}")) {
            throw new IllegalStateException(
                    "a password hash in the database is of an unknown form (set the password anew: carrel user password)");
        }
        int[] numbers = java.util.Arrays.stream(parts[3].split(","))
                .mapToInt(p -> Integer.parseInt(p.substring(2)))
                .toArray();
        return new Parsed(
                Base64.getDecoder().decode(parts[4]),
                Base64.getDecoder().decode(parts[5]),
                numbers[0],
                numbers[1],
                numbers[2]);
    }
}
