/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import java.util.Locale;

/**
 * Why a session ended or is being stopped.
 *
 * @param code for programs and for what pages offer
 * @param text one plain sentence that its person will read
 */
public record Reason(Code code, String text) {
    /** It lives, or nothing is known. */
    public static final Reason NONE = new Reason(Code.NONE, "");
    /** Its person stopped it. */
    public static final Reason ASKED = new Reason(Code.ASKED, "You stopped it.");
    /** An administrator stopped it. */
    public static final Reason ADMIN = new Reason(Code.ADMIN, "An administrator stopped it.");

    /** What ends sessions. A label is never changed: it stands in databases, in the router's table and in programs of others. */
    public enum Code {
        /** Nothing did, or it is not known. */
        NONE,
        /** Its person stopped it. */
        ASKED,
        /** An administrator stopped it, or with it the account. */
        ADMIN,
        /** Its server was shut down from inside. */
        SHUT_DOWN,
        /** Nobody used it for as long as a session may be idle. */
        IDLE,
        /** It had run for as long as a session may. */
        OUT_OF_TIME,
        /** It needed more memory than its limit. */
        OUT_OF_MEMORY,
        /** Its server ended with an error. */
        CRASHED,
        /** Its container was ended or removed by somebody else. */
        LOST,
        /** It did not come up. */
        START_FAILED,
        /** It did not come up in time. */
        START_TIMEOUT;

        /** As {@code out-of-memory}; empty for none. */
        public String label() {
            return this == NONE ? "" : name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /** The code of a label; none for one that this version does not know. */
        public static Code of(String label) {
            for (Code code : values()) {
                if (code.label().equals(label)) {
                    return code;
                }
            }
            return NONE;
        }
    }

    /** An administrator did something that ends it. */
    public static Reason byAdministrator(String text) {
        return new Reason(Code.ADMIN, text);
    }
}
