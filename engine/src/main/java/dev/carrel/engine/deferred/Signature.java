/* Copyright the Carrel authors. */
package dev.carrel.engine.deferred;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** By which a receiver knows that a result comes from a function whose key it has. The address is part of it: what was sent to one is good at no other. */
final class Signature {
    private Signature() {}

    /** {@code t=seconds,v1=hex}: HMAC-SHA-256 over time, address, call and status, each with a line feed behind it, and the body. */
    static String of(String key, Instant at, String url, String call, String status, byte[] body) {
        long seconds = at.getEpochSecond();
        String head = seconds + "\n" + url + "\n" + call + "\n" + status + "\n";
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            mac.update(head.getBytes(StandardCharsets.UTF_8));
            return "t=" + seconds + ",v1=" + HexFormat.of().formatHex(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HMAC-SHA-256", e);
        }
    }
}
