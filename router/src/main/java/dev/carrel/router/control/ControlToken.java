/* Copyright the Carrel authors. */
package dev.carrel.router.control;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The secret that the control API wants to see, as configurable-http-proxy has it: {@code Authorization: token T}. */
public record ControlToken(String value) {
    private static final Pattern GIVEN = Pattern.compile("token\\s+(\\S+)");

    /** Refuses a secret that could never be sent. */
    public ControlToken {
        if (value.isEmpty() || !value.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new IllegalArgumentException(
                    "CONFIGPROXY_AUTH_TOKEN: not shown (expected: visible ASCII characters without blanks)");
        }
    }

    /** Whether a header's value carries the secret. Takes the same time for every wrong one. */
    boolean opens(String header) {
        Matcher given = GIVEN.matcher(header);
        return given.find()
                && MessageDigest.isEqual(
                        given.group(1).getBytes(StandardCharsets.UTF_8), value.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return "*****";
    }
}
