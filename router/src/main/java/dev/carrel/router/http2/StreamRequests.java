/* Copyright the Carrel authors. */
package dev.carrel.router.http2;

import dev.carrel.http.transport.Refusal;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.Http2Headers;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes a request of HTTP/1.1 of a header list, and refuses every list that could mean to a server behind us something else than to us (RFC 9113 §8.2, §8.3, §10.3): no
 * line about a connection, no control characters, one host, a path that needs no more encoding. Netty has seen to the order and number of pseudo-headers
 * and to lower case. Pure functions.
 */
final class StreamRequests {
    /** A WebSocket over HTTP/2 (RFC 8441). */
    static final String WEBSOCKET = "websocket";

    private static final int MAX_LINES = 100;
    private static final int MAX_METHOD = 32;
    private static final Set<String> ABOUT_CONNECTIONS =
            Set.of("connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "http2-settings");
    private static final String TOKEN_PUNCTUATION = "!#$%&'*+-.^_`|~";
    private static final SecureRandom RANDOM = new SecureRandom();

    private StreamRequests() {}

    /** Why a list is refused. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;
        private final transient Refusal refusal;

        private Refused(HttpResponseStatus status, String code, String message) {
            super(message, null, false, false);
            this.refusal = new Refusal(status, code, message);
        }

        Refusal refusal() {
            return refusal;
        }
    }

    /** Whether a list asks for a WebSocket. */
    static boolean webSocket(Http2Headers list) {
        return "CONNECT".contentEquals(text(list.method())) && WEBSOCKET.equalsIgnoreCase(text(protocol(list)));
    }

    /**
     * The request a list stands for; a WebSocket becomes the upgrade that HTTP/1.1 knows.
     *
     * @param whole whether there is no body
     * @param maxTarget the longest path
     */
    static HttpRequest request(Http2Headers list, boolean whole, int maxTarget) throws Refused {
        boolean webSocket = webSocket(list);
        HttpRequest request = new DefaultHttpRequest(
                HttpVersion.HTTP_1_1,
                method(list, webSocket, whole),
                target(list, maxTarget),
                DefaultHttpHeadersFactory.headersFactory().withValidation(false));
        HttpHeaders headers = request.headers();
        headers.set(HttpHeaderNames.HOST, host(list));
        StringBuilder cookies = new StringBuilder();
        int lines = 0;
        for (Map.Entry<CharSequence, CharSequence> line : list) {
            String name = line.getKey().toString();
            if (name.startsWith(":")) {
                continue;
            }
            String value = line.getValue().toString();
            check(name, value);
            if (++lines > MAX_LINES) {
                throw new Refused(
                        HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                        "http.header-count",
                        "The request has more than " + MAX_LINES + " headers.");
            }
            if (name.equals("cookie")) {
                cookies.append(cookies.isEmpty() ? "" : "; ").append(value);
            } else if (!name.equals("host") && !(webSocket && name.equals("sec-websocket-key"))) {
                headers.add(name, value);
            }
        }
        if (!cookies.isEmpty()) {
            headers.set(HttpHeaderNames.COOKIE, cookies.toString());
        }
        frame(headers, webSocket, whole);
        return request;
    }

    private static void frame(HttpHeaders headers, boolean webSocket, boolean whole) throws Refused {
        String length = headers.get(HttpHeaderNames.CONTENT_LENGTH);
        if (webSocket) {
            if (length != null) {
                throw bad("http.content-length", "A WebSocket has no Content-Length.");
            }
            byte[] key = new byte[16];
            RANDOM.nextBytes(key);
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
                    .set(HttpHeaderNames.UPGRADE, WEBSOCKET)
                    .set("Sec-WebSocket-Key", Base64.getEncoder().encodeToString(key));
        } else if (whole && length != null && !length.chars().allMatch(c -> c == '0')) {
            throw bad("http.content-length", "The request has a Content-Length, but no body.");
        } else if (!whole && length == null) {
            headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
    }

    private static HttpMethod method(Http2Headers list, boolean webSocket, boolean whole) throws Refused {
        String method = text(list.method());
        if (method.isEmpty() || method.length() > MAX_METHOD || !method.chars().allMatch(StreamRequests::token)) {
            throw bad("http.method", "The request has no method.");
        }
        if (webSocket && whole) {
            throw bad("http.websocket", "A WebSocket cannot begin with its end.");
        }
        if (!webSocket && (method.equals("CONNECT") || protocol(list) != null)) {
            throw new Refused(HttpResponseStatus.METHOD_NOT_ALLOWED, "http.method", "This method is not served here.");
        }
        return webSocket ? HttpMethod.GET : HttpMethod.valueOf(method);
    }

    private static String target(Http2Headers list, int max) throws Refused {
        if (!"https".equalsIgnoreCase(text(list.scheme()))) {
            throw bad("http.scheme", "The scheme of the request is not https.");
        }
        String path = text(list.path());
        if (path.length() > max) {
            throw new Refused(
                    HttpResponseStatus.REQUEST_URI_TOO_LONG,
                    "http.uri-too-long",
                    "The address of the request is longer than " + max + " bytes.");
        }
        // OPTIONS has a target that is no path, which RequestSanity knows.
        boolean form = path.startsWith("/") || path.equals("*");
        if (!form || path.chars().anyMatch(c -> c <= ' ' || c >= 0x7f || c == '#')) {
            throw bad(
                    "http.target",
                    "The address of the request is no path, or holds a character that must be percent-encoded.");
        }
        return path;
    }

    private static String host(Http2Headers list) throws Refused {
        String authority = text(list.authority());
        var hosts = list.getAll("host");
        if (hosts.size() > 1 || authority.isEmpty() && hosts.isEmpty()) {
            throw bad("http.host", "The request must name exactly one host.");
        }
        if (!authority.isEmpty()
                && !hosts.isEmpty()
                && !authority.equalsIgnoreCase(hosts.getFirst().toString())) {
            throw bad("http.host", "The authority of the request names another host than the Host header.");
        }
        return authority.isEmpty() ? hosts.getFirst().toString() : authority;
    }

    private static void check(String name, String value) throws Refused {
        if (name.isEmpty() || !name.chars().allMatch(c -> token(c) && (c < 'A' || c > 'Z'))) {
            throw bad("http.header-name", "A header name holds a character that is not allowed.");
        }
        if (ABOUT_CONNECTIONS.contains(name) || name.equals("te") && !value.equalsIgnoreCase("trailers")) {
            throw bad("http.connection-header", "HTTP/2 has no header about the connection.");
        }
        if (blankAtAnEnd(value) || value.chars().anyMatch(c -> c < ' ' && c != '\t' || c == 0x7f || c > 0xff)) {
            throw bad("http.header-value", "A header value holds a character that is not allowed.");
        }
    }

    private static boolean blankAtAnEnd(String value) {
        return !value.isEmpty() && (blank(value.charAt(0)) || blank(value.charAt(value.length() - 1)));
    }

    private static boolean blank(char c) {
        return c == ' ' || c == '\t';
    }

    private static boolean token(int c) {
        return c >= '0' && c <= '9'
                || c >= 'A' && c <= 'Z'
                || c >= 'a' && c <= 'z'
                || TOKEN_PUNCTUATION.indexOf(c) >= 0;
    }

    private static @Nullable CharSequence protocol(Http2Headers list) {
        return list.get(Http2Headers.PseudoHeaderName.PROTOCOL.value());
    }

    private static String text(@Nullable CharSequence value) {
        return value == null ? "" : value.toString();
    }

    private static Refused bad(String code, String message) {
        return new Refused(HttpResponseStatus.BAD_REQUEST, code, message);
    }
}
