/* Copyright the Carrel authors. */
package dev.carrel.protocol.name;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Set;

/**
 * Where a session is reached: the same for every start of the same server of the same user.
 *
 * @param user whose session
 * @param server which of them
 */
public record SessionAddress(UserName user, ServerName server) {
    /** Stands for the default server in labels. */
    private static final String MAIN = "main";

    /** Begin labels that mean something: ours with a hash, and, to browsers, names of another script, which {@code xn--main} is none of. */
    private static final Set<String> RESERVED = Set.of("x", "xn");

    /** {@code /user/{name}/} or {@code /user/{name}/{server}/}, percent-encoded, as JupyterHub has it. */
    public String basePath() {
        String path = "/user/" + encode(user.value()) + "/";
        return server.isDefault() ? path : path + encode(server.value()) + "/";
    }

    /**
     * The first label of the session's own origin, at most 63 characters. Injective: readable labels hold one {@code --} and never
     * start with {@code x--} or {@code xn--}; all other pairs get {@code x--} and 130 bits of a hash over both names, length-prefixed.
     */
    public String hostLabel() {
        String server = server().isDefault() ? MAIN : server().value();
        return readable() ? user.value() + "--" + server : "x--" + hash(user.value(), server().value());
    }

    /** Whether its label consists of its names. */
    boolean readable() {
        return user.value().matches("[a-z0-9]{1,30}")
                && !RESERVED.contains(user.value())
                && (server.isDefault()
                        || server.value().matches("[a-z0-9]{1,20}")
                                && !server.value().equals(MAIN));
    }

    /** The host of the session's own origin below {@code baseHost} (which carries no port). */
    public String host(String baseHost) {
        return hostLabel() + "." + baseHost;
    }

    /** 26 characters, 130 bits, of a hash over these texts, each with its length. */
    static String hash(String... parts) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            for (String part : parts) {
                byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
                sha.update(ByteBuffer.allocate(4).putInt(bytes.length).array());
                sha.update(bytes);
            }
            return Base32.encode(sha.digest()).substring(0, 26);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Percent-encodes one path segment: unreserved characters, {@code @} and {@code ~} stay. */
    public static String encode(String segment) {
        StringBuilder text = new StringBuilder();
        for (byte b : segment.getBytes(StandardCharsets.UTF_8)) {
            int c = b & 0xff;
            if (c < 128 && (Character.isLetterOrDigit(c) || "-._~@".indexOf(c) >= 0)) {
                text.append((char) c);
            } else {
                text.append('%').append(Character.toUpperCase(Character.forDigit(c >> 4, 16)));
                text.append(Character.toUpperCase(Character.forDigit(c & 15, 16)));
            }
        }
        return text.toString();
    }
}
