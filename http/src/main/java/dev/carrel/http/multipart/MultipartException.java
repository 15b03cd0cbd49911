/* Copyright the Carrel authors. */
package dev.carrel.http.multipart;

/** The body is no well-formed multipart/form-data or exceeds a limit. The message is fit for the client. */
public final class MultipartException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean tooLarge;

    private MultipartException(String message, boolean tooLarge) {
        super(message);
        this.tooLarge = tooLarge;
    }

    static MultipartException malformed(String message) {
        return new MultipartException(message, false);
    }

    static MultipartException tooLarge(String message) {
        return new MultipartException(message, true);
    }

    /** Whether a limit was exceeded, as against malformed. */
    public boolean tooLarge() {
        return tooLarge;
    }
}
