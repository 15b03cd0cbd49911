/* Copyright the Carrel authors. */
package dev.carrel.http.transport;

import io.netty.handler.codec.http.HttpResponseStatus;
import org.jspecify.annotations.Nullable;

/** {@code METHOD SP target SP HTTP/1.x CR}, with one blank each and nothing else. Event loop only. */
final class RequestLine implements FirstLine {
    private enum State {
        METHOD,
        TARGET,
        VERSION,
        COMPLETE
    }

    private static final int MAX_METHOD = 32;

    private final int max;
    private final StringBuilder version = new StringBuilder(8);
    private State state = State.METHOD;
    private int bytes;
    private int targetBytes;

    RequestLine(StrictHttpLimits limits) {
        max = limits.maxRequestLine();
    }

    @Override
    public void reset() {
        version.setLength(0);
        state = State.METHOD;
        bytes = 0;
        targetBytes = 0;
    }

    @Override
    public boolean complete() {
        return state == State.COMPLETE;
    }

    @Override
    public @Nullable Refusal accept(int c) {
        if (++bytes > max) {
            return new Refusal(
                    HttpResponseStatus.REQUEST_URI_TOO_LONG,
                    "http.uri-too-long",
                    "The address of the request is longer than " + max + " bytes.");
        }
        switch (state) {
            case METHOD -> {
                if (c == ' ' && bytes > 1) {
                    state = State.TARGET;
                } else if (!HeadScanner.token(c) || bytes > MAX_METHOD) {
                    return Refusal.badRequest("http.method", "The request does not begin with a method.");
                }
            }
            case TARGET -> {
                if (c == ' ' && targetBytes > 0) {
                    state = State.VERSION;
                } else if (c <= ' ' || c >= 0x7f || c == '#') {
                    return Refusal.badRequest(
                            "http.target",
                            "The address of the request holds a character that must be percent-encoded.");
                } else {
                    targetBytes++;
                }
            }
            default -> {
                return version(c);
            }
        }
        return null;
    }

    private @Nullable Refusal version(int c) {
        if (c != '\r') {
            if (version.length() == 8 || c <= ' ' || c >= 0x7f) {
                return noVersion();
            }
            version.append((char) c);
            return null;
        }
        String seen = version.toString();
        if (seen.equals("HTTP/1.1") || seen.equals("HTTP/1.0")) {
            state = State.COMPLETE;
            return null;
        }
        return seen.matches("HTTP/\\d\\.\\d")
                ? new Refusal(
                        HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED,
                        "http.version",
                        "Only HTTP/1.1 and HTTP/1.0 are spoken here.")
                : noVersion();
    }

    private static Refusal noVersion() {
        return Refusal.badRequest("http.version", "The request line does not end with an HTTP version.");
    }
}
