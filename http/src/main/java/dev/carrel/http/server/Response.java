/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.UnaryOperator;

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
     * An answer that is made once something is there, without a thread that waits for it. What filters set on it meanwhile is set on that one; its status
     * and headers cannot be asked for before.
     *
     * @param event what is waited for. It must have an end of its own: nobody else gives up
     * @param then makes the answer, on the connection's event loop, so it must not wait for anything; what it throws becomes an answer as what a handler
     *     throws does. It must not be later still
     */
    public static <T> Response later(CompletionStage<T> event, Function<T, Response> then) {
        return new Response(200, Headers.EMPTY, new ResponseBody.Later<>(event, then));
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

    /**
     * Status of the answer.
     *
     * @throws IllegalStateException when it is not known yet
     */
    public int status() {
        requireKnown();
        return status;
    }

    /**
     * Headers set by handler and filters.
     *
     * @throws IllegalStateException when they are not known yet
     */
    public Headers headers() {
        requireKnown();
        return headers;
    }

    private void requireKnown() {
        if (body instanceof ResponseBody.Later) {
            throw new IllegalStateException("the answer is not there yet");
        }
    }

    ResponseBody body() {
        return body;
    }

    /** Sets a header, in place of any of that name. */
    public Response with(String name, String value) {
        checked(name);
        return edited(known -> new Response(known.status, known.headers.with(name, value), known.body));
    }

    /** Adds a header beside those of that name. */
    public Response plus(String name, String value) {
        checked(name);
        return edited(known -> new Response(known.status, known.headers.plus(name, value), known.body));
    }

    /** Sets a cookie. */
    public Response with(SetCookie cookie) {
        return plus("Set-Cookie", cookie.headerValue());
    }

    /** The same with another status. */
    public Response withStatus(int other) {
        return edited(known -> new Response(other, known.headers, known.body));
    }

    /** Replaces the server's Content-Security-Policy on this answer. */
    public Response withContentSecurityPolicy(String policy) {
        return with("Content-Security-Policy", policy);
    }

    /** Forbids caches to keep the answer. */
    public Response uncached() {
        return with("Cache-Control", "no-store");
    }

    private Response edited(UnaryOperator<Response> edit) {
        return body instanceof ResponseBody.Later<?> later
                ? new Response(status, headers, later.edited(edit))
                : edit.apply(this);
    }

    private static void checked(String name) {
        if (OWN.contains(name.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException("header: " + name + " (expected: not one the server sets itself)");
        }
    }
}
