/* Copyright the Carrel authors. */
package dev.carrel.protocol.signed;

/** The outcome of a verification. */
public sealed interface Verified {
    /** The value is genuine, unexpired and for the asked audience. */
    record Genuine(Claims claims) implements Verified {}

    /** The value must not be honoured; the reason is for logs, never for the client. */
    record Refused(String reason) implements Verified {}
}
