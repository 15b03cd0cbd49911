/* Copyright the Carrel authors. */
package dev.carrel.http.transport;

/** A port could not be opened. The message says which, why and what to do; callers show it as it is. */
public final class BindFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String host;
    private final int port;

    BindFailure(String message, String host, int port, Throwable cause) {
        super(message, cause);
        this.host = host;
        this.port = port;
    }

    /** The address that was asked for, as written. */
    public String host() {
        return host;
    }

    /** The port that was asked for. */
    public int port() {
        return port;
    }
}
