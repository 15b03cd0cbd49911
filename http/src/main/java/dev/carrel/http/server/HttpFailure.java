/* Copyright the Carrel authors. */
package dev.carrel.http.server;

/**
 * An error answer with a known status. Thrown by handlers and filters, drawn by the {@link ErrorRenderer}. The message goes to the client:
 * it names what was wrong, what was expected and what to do, and never a secret.
 */
public class HttpFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;
    private final transient Headers headers;

    /**
     * Without further headers.
     *
     * @param status 400..599
     * @param code short dotted word for programs, e.g. {@code session.not-found}
     */
    public HttpFailure(int status, String code, String message) {
        this(status, code, message, Headers.EMPTY);
    }

    /** With headers the answer must carry, e.g. {@code Retry-After} or {@code WWW-Authenticate}. */
    public HttpFailure(int status, String code, String message, Headers headers) {
        super(message);
        if (status < 400 || status > 599) {
            throw new IllegalArgumentException("status: " + status + " (expected: 400..599)");
        }
        this.status = status;
        this.code = code;
        this.headers = headers;
    }

    /** Status of the answer. */
    public int status() {
        return status;
    }

    /** Short dotted word for programs. */
    public String code() {
        return code;
    }

    /** What the client is told. */
    public String text() {
        return String.valueOf(getMessage());
    }

    /** Headers the answer must carry. */
    public Headers headers() {
        return headers;
    }
}
