/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import dev.carrel.protocol.signed.Claims;
import dev.carrel.protocol.signed.Purpose;
import dev.carrel.protocol.signed.SignedValues;
import dev.carrel.router.settings.RouterSettings;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The one header by which a proxy in front of us may say who somebody is. It never passes as it came: from a proxy that the operator has named it goes on
 * to the engine, and to nobody else, as a signed value, so that neither a client nor another process of this machine can say it. Off unless both the
 * header and the proxies are configured. Immutable; any thread.
 */
final class IdentityHeader {
    /** What the engine gets; stripped from whatever comes in. */
    static final String SIGNED = "X-Carrel-Identity";

    private static final int MAX_VALUE = 512;
    /** Without these a message means something else. */
    private static final Set<String> IMPOSSIBLE = Set.of(
            "host",
            "cookie",
            "authorization",
            "connection",
            "content-length",
            "content-type",
            "origin",
            "transfer-encoding");

    private final String name;
    private final AddressRanges proxies;
    private final SignedValues signing;
    private final Clock clock;

    /**
     * As the settings have it.
     *
     * @throws IllegalArgumentException when they make no sense
     */
    IdentityHeader(RouterSettings settings, SignedValues signing, Clock clock) {
        this.name = settings.identityHeader().toLowerCase(Locale.ROOT);
        this.signing = signing;
        this.clock = clock;
        this.proxies = AddressRanges.of("router.identity-proxies", settings.identityProxies());
        if (name.isEmpty() != proxies.isEmpty()) {
            throw new IllegalArgumentException(
                    "router.identity-header and router.identity-proxies: only one of them is set (expected: both or neither)");
        }
        if (IMPOSSIBLE.contains(name)) {
            throw new IllegalArgumentException(
                    "router.identity-header: \"" + name + "\" (expected: a header of its own, as Remote-User)");
        }
    }

    /** Whether a request's header stays here. The name in lower case. */
    boolean holdsBack(String header) {
        return !name.isEmpty() && header.replace('_', '-').equals(name);
    }

    /** What the engine is told about a request; empty unless a proxy that may say it has said it, once. */
    Optional<String> signed(HttpHeaders headers, String peer, String requestId) {
        if (name.isEmpty() || !proxies.contains(peer)) {
            return Optional.empty();
        }
        List<String> values = headers.getAll(name);
        // Two are one of the proxy's and one of somebody else's, and nobody can tell which is which.
        boolean clear = values.size() == 1
                && headers.names().stream().noneMatch(other -> twin(other.toLowerCase(Locale.ROOT)))
                && !values.getFirst().isBlank()
                && values.getFirst().length() <= MAX_VALUE
                && values.getFirst().chars().noneMatch(Character::isISOControl);
        if (!clear) {
            return Optional.empty();
        }
        Instant now = clock.instant();
        return Optional.of(signing.sign(
                Purpose.IDENTITY,
                new Claims(
                        values.getFirst().strip(),
                        "engine",
                        requestId,
                        peer,
                        List.of(name),
                        now,
                        now.plus(Purpose.IDENTITY.longest()))));
    }

    private boolean twin(String other) {
        return !other.equals(name) && holdsBack(other);
    }
}
