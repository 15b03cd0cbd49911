/* Copyright the Carrel authors. */
package dev.carrel.engine.web;

import dev.carrel.protocol.signed.SigningKeys;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Tokens that prove that a form was drawn for this very sign-in (or this very visitor): a MAC over its id. */
final class Xsrf {
    private final SecretKeySpec key;

    @Inject
    Xsrf(SigningKeys keys) {
        key = new SecretKeySpec(keys.derivedSecret("xsrf").getBytes(StandardCharsets.US_ASCII), "HmacSHA256");
    }

    String token(String kind, String id) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            mac.update((byte) kind.length());
            mac.update(kind.getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(mac.doFinal(id.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }

    static boolean same(String a, String b) {
        return !a.isEmpty()
                && MessageDigest.isEqual(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
    }
}
