/* Copyright the Carrel authors. */
package dev.carrel.auth.local;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/** Argon2id (RFC 9106). The parameters stand in the encoded hash, so they can be raised. */
final class Argon2 {
    private static final int PASSES = 2;
    private static final int LANES = 1;
    private static final int LENGTH = 32;

    private final SecureRandom random = new SecureRandom();
    private final LongAdder computed = new LongAdder();
    private final int kibibytes;
    /** Of no password at all: comparing with it takes as long as comparing with a real one. */
    private final Parsed dummy;

    Argon2(int kibibytes) {
        this.kibibytes = kibibytes;
        this.dummy = new Parsed(new byte[16], new byte[LENGTH], kibibytes, PASSES, LANES);
    }

    @SuppressWarnings("ArrayRecordComponent")
    private record Parsed(byte[] salt, byte[] hash, int memory, int passes, int lanes) {}

    String hash(String password) {
        byte[] salt = new byte[16];
        random.nextBytes(salt);
        byte[] hash = derive(password, new Parsed(salt, new byte[LENGTH], kibibytes, PASSES, LANES));
        Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
        return "$argon2id$v=19$m=" + kibibytes + ",t=" + PASSES + ",p=" + LANES + "$" + base64.encodeToString(salt)
                + "$" + base64.encodeToString(hash);
    }

    /** Whether a password has this hash; with no hash it takes as long and is false. */
    boolean matches(String password, Optional<String> encoded) {
        Parsed parsed = encoded.map(Argon2::parse).orElse(dummy);
        return MessageDigest.isEqual(derive(password, parsed), parsed.hash()) && encoded.isPresent();
    }

    /** Whether a hash was made with less than the parameters of today. */
    boolean isWeaker(String encoded) {
        Parsed parsed = parse(encoded);
        return parsed.memory() < kibibytes || parsed.passes() < PASSES || parsed.lanes() != LANES;
    }

    long computed() {
        return computed.sum();
    }

    private byte[] derive(String password, Parsed with) {
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                .withSalt(with.salt())
                .withMemoryAsKB(with.memory())
                .withIterations(with.passes())
                .withParallelism(with.lanes())
                .build());
        byte[] hash = new byte[LENGTH];
        computed.increment();
        generator.generateBytes(password.getBytes(StandardCharsets.UTF_8), hash);
        return hash;
    }

    private static Parsed parse(String encoded) {
        String[] parts = encoded.split("\\$", -1);
        if (parts.length != 6
                || !parts[1].equals("argon2id")
                || !parts[3].matches("m=\\d{1,7},t=\\d{1,3},p=\\d{1,2}")) {
            throw new IllegalStateException(
                    "a password hash in the database is of an unknown form (set the password anew: carrel user password)");
        }
        int[] numbers = Arrays.stream(parts[3].split(","))
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
