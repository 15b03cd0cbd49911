/* Copyright the Carrel authors. */
package dev.carrel.protocol.name;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Where a session is reached: the same for every start of the same server of the same user.
 *
 * @param user whose session
 * @param server which of them
 */
public record SessionAddress(UserName user, ServerName server) {

    /** {@code /user/{name}/} or {@code /user/{name}/{server}/}, percent-encoded, as JupyterHub has it. */
    public String basePath() {
        String path = "/user/" + encode(user.value()) + "/";
        return server.isDefault() ? path : path + encode(server.value()) + "/";
    }

    /**
     * The first label of the session's own origin, at most 63 characters. Injective: readable labels hold one {@code --} and never
     * start with {@code x--}; all other pairs get {@code x--} and 130 bits of a hash over both names, length-prefixed.
     */
    public String hostLabel() {
        boolean plainUser =
                user.value().matches("[a-z0-9]{1,30}") && !user.value().equals("x");
        if (plainUser && server.isDefault()) {
            return user.value() + "--main";
        }
        if (plainUser
                && server.value().matches("[a-z0-9]{1,20}")
                && !server.value().equals("main")) {
            return user.value() + "--" + server.value();
        }
        return "x--" + Base32.encode(digest()).substring(0, 26);
    }

    /** The host of the session's own origin below {@code baseHost} (which carries no port). */
    public String host(String baseHost) {
        return hostLabel() + "." + baseHost;
    }

    private byte[] digest() {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            for (String part : new String[] {user.value(), server.value()}) {
                byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
                sha.update(ByteBuffer.allocate(4).putInt(bytes.length).array());
                sha.update(bytes);
            }
            return sha.digest();
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
