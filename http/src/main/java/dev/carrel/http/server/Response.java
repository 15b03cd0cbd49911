/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;

/**
 * An answer. Immutable: every {@code with…} gives another one. Length, framing, connection, date and security headers are the server's
 * business and cannot be set; HEAD, and statuses without a body, are taken care of.
 */
public final class Response {
    private static final Set<String> OWN =
            Set.of("connection", "content-length", "transfer-encoding", "date", "server", "keep-alive", "upgrade");

    private final int status;
    private final Headers headers;
    private final ResponseBody body;

    private Response(int status, Headers headers, ResponseBody body) {
        if (status < 200 || status > 599) {
            throw new IllegalArgumentException("status: " + status + " (expected: 200..599)");
        }
        this.status = status;
        this.headers = headers;
        this.body = body;
    }

    /** No body. */
    public static Response empty(int status) {
        return new Response(status, Headers.EMPTY, ResponseBody.NONE);
    }

    /** Bytes of a given content type. The array must not be changed afterwards. */
    public static Response bytes(int status, String contentType, byte[] bytes) {
        return new Response(status, Headers.of("Content-Type", contentType), new ResponseBody.Bytes(bytes));
    }

    /** Plain text. */
    public static Response text(int status, String text) {
        return bytes(status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
    }

    /** A page. */
    public static Response html(int status, String page) {
        return bytes(status, "text/html; charset=utf-8", page.getBytes(StandardCharsets.UTF_8));
    }

    /** JSON, written by the caller. */
    public static Response json(int status, byte[] json) {
        return bytes(status, "application/json", json);
    }

    /** A file, or a stretch of it, read while it is sent. It must not shrink meanwhile; if it does the connection is cut. */
    public static Response file(int status, String contentType, Path file, long offset, long length) {
        return new Response(
                status, Headers.of("Content-Type", contentType), new ResponseBody.FilePart(file, offset, length));
    }

    /** A body written bit by bit. */
    public static Response stream(int status, String contentType, StreamingBody body) {
        return new Response(status, Headers.of("Content-Type", contentType), new ResponseBody.Streamed(body, -1));
    }

    /** A body written bit by bit whose length is known; if it writes another length the connection is cut. */
    public static Response stream(int status, String contentType, long length, StreamingBody body) {
        if (length < 0) {
            throw new IllegalArgumentException("length: " + length + " (expected: 0 or more)");
        }
        return new Response(status, Headers.of("Content-Type", contentType), new ResponseBody.Streamed(body, length));
    }

    /** Server-sent events. */
    public static Response events(ServerSentEvents events) {
        Headers headers = Headers.of("Content-Type", "text/event-stream; charset=utf-8")
                .plus("Cache-Control", "no-cache, no-transform")
                .plus("X-Accel-Buffering", "no");
        return new Response(200, headers, new ResponseBody.Events(events));
    }

    /**
     * Sends the client elsewhere with 303, so that it asks with GET. The location is the caller's responsibility; what came from a client goes
     * through {@link SafeRedirect} first.
     */
    public static Response seeOther(String location) {
        return redirect(303, location);
    }

    /** Sends the client elsewhere. */
    public static Response redirect(int status, String location) {
        if (status < 301 || status > 308) {
            throw new IllegalArgumentException("status: " + status + " (expected: 301..308)");
        }
        return empty(status).with("Location", location);
    }

    /** Status of the answer. */
    public int status() {
        return status;
    }

    /** Headers set by handler and filters. */
    public Headers headers() {
        return headers;
    }

    ResponseBody body() {
        return body;
    }

    /** Sets a header, in place of any of that name. */
    public Response with(String name, String value) {
        return new Response(status, headers.with(checked(name), value), body);
    }

    /** Adds a header beside those of that name. */
    public Response plus(String name, String value) {
        return new Response(status, headers.plus(checked(name), value), body);
    }

    /** Sets a cookie. */
    public Response with(SetCookie cookie) {
        return plus("Set-Cookie", cookie.headerValue());
    }

    /** The same with another status. */
    public Response withStatus(int other) {
        return new Response(other, headers, body);
    }

    /** Replaces the server's Content-Security-Policy on this answer. */
    public Response withContentSecurityPolicy(String policy) {
        return with("Content-Security-Policy", policy);
    }

    /** Forbids caches to keep the answer. */
    public Response uncached() {
        return with("Cache-Control", "no-store");
    }

    private static String checked(String name) {
        if (OWN.contains(name.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException("header: " + name + " (expected: not one the server sets itself)");
        }
        return name;
    }
}
