/* Copyright the Carrel authors. */
package dev.carrel.protocol.signed;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An immutable set of revocations with a look-up by what they name. */
public final class Revocations {
    /** Nothing is revoked. */
    public static final Revocations NONE = new Revocations(List.of());

    private final Map<Key, Revocation> entries = new HashMap<>();

    private record Key(Revocation.Kind kind, String id) {}

    /** Of several revocations of the same thing the latest counts. */
    public Revocations(Collection<Revocation> revocations) {
        for (Revocation revocation : revocations) {
            entries.merge(
                    new Key(revocation.kind(), revocation.id()),
                    revocation,
                    (a, b) -> a.notBefore().isAfter(b.notBefore()) ? a : b);
        }
    }

    /** Whether these claims were ended: their login, their token id or their user. */
    public boolean revoked(Claims claims) {
        return ends(entries.get(new Key(Revocation.Kind.USER, claims.subject())), claims)
                || ends(entries.get(new Key(Revocation.Kind.TOKEN, claims.id())), claims)
                || !claims.login().isEmpty()
                        && ends(entries.get(new Key(Revocation.Kind.LOGIN, claims.login())), claims);
    }

    /** Every entry, in no order. */
    public List<Revocation> list() {
        return List.copyOf(entries.values());
    }

    private static boolean ends(@Nullable Revocation revocation, Claims claims) {
        return revocation != null && claims.issuedAt().isBefore(revocation.notBefore());
    }
}
