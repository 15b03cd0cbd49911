/* Copyright the Carrel authors. */
package dev.carrel.protocol.zmtp;

/** A peer broke the protocol or a limit; its connection is closed. The text is safe to log. */
final class ZmtpException extends Exception {
    private static final long serialVersionUID = 1;

    ZmtpException(String message) {
        super(message);
    }
}
