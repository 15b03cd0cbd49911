/* Copyright the Carrel authors. */
package dev.carrel.protocol.signed;

import java.time.Duration;

/** What a signed value is for. A value of one purpose never verifies as another: the keys differ and the label is signed. */
public enum Purpose {
    /** Engine to router: lets one browser into one origin, once. */
    TICKET("ticket", Duration.ofSeconds(30)),
    /** The cookie of one session origin. */
    SESSION("session", Duration.ofDays(31)),
    /** An API token. */
    API("api", Duration.ofDays(36500)),
    /** Router to engine: who sits there, as a trusted proxy in front of the router says. */
    IDENTITY("identity", Duration.ofSeconds(30)),
    /** Router to the router of another instance, or to its own engine about one: one request, once. */
    HOP("hop", Duration.ofSeconds(30));

    private final String label;
    private final Duration longest;

    Purpose(String label, Duration longest) {
        this.label = label;
        this.longest = longest;
    }

    /** The label in the text and under the signature. */
    public String label() {
        return label;
    }

    /** The longest life a value of this purpose may have; longer ones do not verify. */
    public Duration longest() {
        return longest;
    }
}
