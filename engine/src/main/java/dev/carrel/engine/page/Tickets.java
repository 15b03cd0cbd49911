/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.protocol.name.Base32;
import dev.carrel.protocol.name.PortAddress;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.signed.Claims;
import dev.carrel.protocol.signed.Purpose;
import dev.carrel.protocol.signed.SignedValues;
import jakarta.inject.Inject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Makes the address that lets one browser into the origin of one session, or of one of its ports, once, within half a minute. Thread-safe. */
final class Tickets {
    private static final Duration LIFE = Duration.ofSeconds(30);
    private static final int NONCE_LENGTH = 26;

    private final SignedValues signed;
    private final SiteSettings site;
    private final Clock clock;

    @Inject
    Tickets(SignedValues signed, SiteSettings site, Clock clock) {
        this.signed = signed;
        this.site = site;
        this.clock = clock;
    }

    /**
     * The address of the origin's own door. Holds a secret: must not be cached or told to another site.
     *
     * @param loginId public id of the sign-in, so that signing out ends the session's cookie too
     */
    String doorOf(Place place, String loginId) {
        SessionAddress session = place.address();
        return door(session.hostLabel(), session.host(site.baseHost()), session.user(), place.target(), loginId);
    }

    /** The same for a port's origin and somebody who may use that port. */
    String doorOf(PortAddress port, UserName visitor, String next, String loginId) {
        return door(port.hostLabel(), port.host(site.baseHost()), visitor, next, loginId);
    }

    private String door(String label, String host, UserName visitor, String next, String loginId) {
        Instant now = clock.instant();
        String ticket = signed.sign(
                Purpose.TICKET,
                new Claims(
                        visitor.value(), host, Base32.random(NONCE_LENGTH), loginId, List.of(), now, now.plus(LIFE)));
        return site.originUrl(label) + "/.carrel/enter?ticket=" + encode(ticket) + "&next=" + encode(next);
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
