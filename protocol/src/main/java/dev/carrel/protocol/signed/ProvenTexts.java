/* Copyright the Carrel authors. */
package dev.carrel.protocol.signed;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Remembers which texts had the right signature, and what they said. A browser sends the same cookie with every request, and the same bytes under the
 * same key are genuine for good: only what changes with time (expiry, revocation, the audience asked for) must be looked at again. Nothing
 * that was refused is ever kept, so nobody without a genuine value can put anything in. At most {@link #PLACES} texts; a newer one takes an
 * older one's place. Thread-safe, without locks.
 */
final class ProvenTexts {
    static final int PLACES = 2048;

    private final AtomicReferenceArray<@Nullable Proven> places = new AtomicReferenceArray<>(PLACES);

    private record Proven(Purpose purpose, byte[] text, Claims claims) {}

    /** What this very text says, if it was proven for this purpose; null when it has to be checked. */
    @Nullable
    Claims find(Purpose purpose, String text) {
        Proven proven = places.get(place(text));
        // In constant time, though only who knows the text could have its place looked at with a text as long.
        return proven != null && proven.purpose() == purpose && MessageDigest.isEqual(proven.text(), bytes(text))
                ? proven.claims()
                : null;
    }

    /** Keeps a text whose signature was right. */
    void keep(Purpose purpose, String text, Claims claims) {
        places.set(place(text), new Proven(purpose, bytes(text), claims));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static int place(String text) {
        int hash = text.hashCode();
        return (hash ^ hash >>> 16) & PLACES - 1;
    }
}
