/* Copyright the Carrel authors. */
package dev.carrel.protocol.signed;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;

/**
 * Signs claims into a text fit for cookies, URLs and headers, and verifies such texts.
 *
 * <p>Text: {@code v1.<purpose>.<key id>.<payload>.<mac>}, the last two base64url. Payload: every field length-prefixed, so that no two
 * claims share a payload. The MAC covers version, purpose, key id and payload. Verification compares in constant time, then checks
 * expiry, audience and the longest life of the purpose. A text that was found genuine is not computed again while it is in use; everything else
 * about it is judged each time. Thread-safe.
 */
public final class SignedValues {
    private static final String VERSION = "v1";
    private static final int MAX_TEXT = 4096;
    private static final int MAX_SCOPES = 64;
    /** Clocks of two processes may differ by this much. */
    private static final Duration SKEW = Duration.ofSeconds(60);

    private final SigningKeys keys;
    private final Clock clock;
    private final ProvenTexts proven = new ProvenTexts();

    /** Signs and verifies with these keys; {@code clock} decides what has expired. */
    public SignedValues(SigningKeys keys, Clock clock) {
        this.keys = keys;
        this.clock = clock;
    }

    /** The text that carries these claims for this purpose. */
    public String sign(Purpose purpose, Claims claims) {
        if (Duration.between(claims.issuedAt(), claims.expiresAt()).compareTo(purpose.longest()) > 0) {
            throw new IllegalArgumentException("life of a " + purpose.label() + " value: "
                    + Duration.between(claims.issuedAt(), claims.expiresAt()) + " (expected: at most "
                    + purpose.longest() + ")");
        }
        String keyId = keys.currentKeyId();
        byte[] payload = encode(claims);
        Mac mac = keys.mac(purpose, keyId).orElseThrow();
        String text = VERSION + "." + purpose.label() + "." + keyId + "." + base64(payload) + "."
                + base64(seal(mac, purpose, keyId, payload));
        if (text.length() > MAX_TEXT) {
            throw new IllegalArgumentException(
                    "signed value: " + text.length() + " characters (expected: at most " + MAX_TEXT + ")");
        }
        return text;
    }

    /**
     * The claims of a text that is genuine, for this purpose and audience, and not expired.
     *
     * @param audience what {@link Claims#audience} must equal
     */
    public Verified verify(Purpose purpose, String audience, String text) {
        if (text.length() > MAX_TEXT) {
            return new Verified.Refused("too long");
        }
        Claims known = proven.find(purpose, text);
        if (known != null) {
            return judge(purpose, audience, known);
        }
        String[] parts = text.split("\\.", -1);
        if (parts.length != 5 || !parts[0].equals(VERSION) || !parts[1].equals(purpose.label())) {
            return new Verified.Refused("not a " + purpose.label() + " value");
        }
        try {
            byte[] payload = unbase64(parts[3]);
            byte[] given = unbase64(parts[4]);
            Mac mac = keys.mac(purpose, parts[2]).orElse(null);
            if (mac == null || !MessageDigest.isEqual(seal(mac, purpose, parts[2], payload), given)) {
                return new Verified.Refused("wrong signature");
            }
            Claims claims = decode(payload);
            proven.keep(purpose, text, claims);
            return judge(purpose, audience, claims);
        } catch (IllegalArgumentException | IOException _) {
            return new Verified.Refused("malformed");
        }
    }

    private Verified judge(Purpose purpose, String audience, Claims claims) {
        Instant now = clock.instant();
        if (!claims.audience().equals(audience)) {
            return new Verified.Refused("for another audience");
        }
        if (!now.isBefore(claims.expiresAt())) {
            return new Verified.Refused("expired");
        }
        if (claims.issuedAt().isAfter(now.plus(SKEW))) {
            return new Verified.Refused("from the future");
        }
        if (Duration.between(claims.issuedAt(), claims.expiresAt()).compareTo(purpose.longest()) > 0) {
            return new Verified.Refused("too long a life");
        }
        return new Verified.Genuine(claims);
    }

    private static byte[] seal(Mac mac, Purpose purpose, String keyId, byte[] payload) {
        for (String part : List.of(VERSION, purpose.label(), keyId)) {
            byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
            mac.update((byte) bytes.length);
            mac.update(bytes);
        }
        return mac.doFinal(payload);
    }

    static byte[] encode(Claims claims) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            for (String field : List.of(claims.subject(), claims.audience(), claims.id(), claims.login())) {
                writeField(out, field);
            }
            out.writeShort(claims.scopes().size());
            for (String scope : claims.scopes()) {
                writeField(out, scope);
            }
            out.writeLong(claims.issuedAt().toEpochMilli());
            out.writeLong(claims.expiresAt().toEpochMilli());
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return bytes.toByteArray();
    }

    static Claims decode(byte[] payload) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(payload));
        String subject = readField(in);
        String audience = readField(in);
        String id = readField(in);
        String login = readField(in);
        int count = in.readUnsignedShort();
        if (count > MAX_SCOPES) {
            throw new IOException("scopes: " + count);
        }
        List<String> scopes = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            scopes.add(readField(in));
        }
        Instant issuedAt = Instant.ofEpochMilli(in.readLong());
        Instant expiresAt = Instant.ofEpochMilli(in.readLong());
        if (in.read() != -1) {
            throw new IOException("trailing bytes");
        }
        return new Claims(subject, audience, id, login, scopes, issuedAt, expiresAt);
    }

    private static void writeField(DataOutputStream out, String field) throws IOException {
        byte[] bytes = field.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > 0xffff) {
            throw new IllegalArgumentException(
                    "field of a signed value: " + bytes.length + " bytes (expected: at most 65535)");
        }
        out.writeShort(bytes.length);
        out.write(bytes);
    }

    private static String readField(DataInputStream in) throws IOException {
        byte[] bytes = new byte[in.readUnsignedShort()];
        in.readFully(bytes);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(java.nio.ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IOException("not UTF-8", e);
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Decodes and refuses any second spelling of the same bytes, so that a value has one text only. */
    private static byte[] unbase64(String text) {
        byte[] bytes = Base64.getUrlDecoder().decode(text);
        if (!base64(bytes).equals(text)) {
            throw new IllegalArgumentException("not canonical base64url");
        }
        return bytes;
    }
}
