/* Copyright the Carrel authors. */
package dev.carrel.protocol.channel;

/** The transport cannot start; the message says what to do. */
public final class ChannelException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** {@code message} says what to do. */
    public ChannelException(String message, Throwable cause) {
        super(message, cause);
    }
}
