/* Copyright the Carrel authors. */
package dev.carrel.protocol.signed;

import dev.carrel.protocol.name.Base32;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/**
 * Makes the proofs by which one instance shows another that a request comes from it: each for one receiver, method, host and target, with a number that is good
 * once. Thread-safe.
 */
public final class HopSigner {
    /** The header that carries a proof. */
    public static final String HEADER = "X-Carrel-Hop";

    /** Below it an engine takes calls of functions that another instance's engine passes on; the last segment is the digest of the body. */
    public static final String CALLS_PATH = "/hub/internal/calls/";

    private static final Pattern CALL = Pattern.compile(Pattern.quote(CALLS_PATH) + "[0-9a-f]{64}");

    private final String own;
    private final SignedValues values;
    private final Clock clock;
    /** Of this start: numbers begin anew with each. */
    private final String sender = Base32.random(16);

    private final AtomicLong number = new AtomicLong();

    /**
     * A sender of its own.
     *
     * @param own our instance's name
     */
    public HopSigner(String own, SignedValues values, Clock clock) {
        this.own = own;
        this.values = values;
        this.clock = clock;
    }

    /**
     * To whom proofs of passed-on calls of functions are addressed: a name that no instance has, so that the proof of a request for a session never is one of a call,
     * nor the other way round.
     */
    public static String calls(String instance) {
        return instance + "/calls";
    }

    /** Whether a target, as it is sent, is where a call is passed on to: the path, the digest and nothing else. */
    public static boolean isCall(String target) {
        return CALL.matcher(target).matches();
    }

    /**
     * A fresh proof for one request.
     *
     * @param receiver the other instance's name, or {@link #calls} of it
     * @param about what {@link #about} says of the request
     */
    public String prove(String receiver, List<String> about, String clientAddress, String requestId) {
        Instant now = clock.instant();
        List<String> said = new ArrayList<>(about);
        said.add(requestId);
        said.add(Long.toString(number.getAndIncrement()));
        return values.sign(
                Purpose.HOP,
                new Claims(clientAddress, receiver, sender, own, said, now, now.plus(Purpose.HOP.longest())));
    }

    /** What of a request is signed. */
    public static List<String> about(String method, String host, String target) {
        // Targets may be longer than a signed value.
        return List.of(method, host, digest(target.getBytes(StandardCharsets.UTF_8)));
    }

    /** SHA-256 of the pieces, one after the other, in hexadecimal digits. */
    public static String digest(byte[]... pieces) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (byte[] piece : pieces) {
                digest.update(piece);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
