/* Copyright the Carrel authors. */
package dev.carrel.router.decide;

import dev.carrel.router.route.RoutePath;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the decision needs to know of a request that {@link dev.carrel.http.transport.RequestSanity} let pass.
 *
 * @param method as sent
 * @param target as sent, in origin form
 * @param path of the target, decoded, without the query
 * @param headers as sent
 * @param webSocket whether it asks to become a WebSocket
 */
public record Ask(HttpMethod method, String target, String path, HttpHeaders headers, boolean webSocket) {

    /** Reads a request. */
    public static Ask of(HttpRequest request) {
        return new Ask(
                request.method(),
                request.uri(),
                RoutePath.decode(request.uri()),
                request.headers(),
                asksForWebSocket(request));
    }

    /** Other upgrades are not offered: such a request is served as if it had not asked, as RFC 9110 §7.8 allows. */
    private static boolean asksForWebSocket(HttpRequest request) {
        HttpHeaders headers = request.headers();
        return request.method().equals(HttpMethod.GET)
                && request.protocolVersion().equals(HttpVersion.HTTP_1_1)
                && headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
                && "websocket".equalsIgnoreCase(headers.get(HttpHeaderNames.UPGRADE))
                && HttpUtil.getContentLength(request, 0L) == 0
                && !HttpUtil.isTransferEncodingChunked(request);
    }

    /** Whether a person looks at the answer. */
    public boolean page() {
        String accept = header(HttpHeaderNames.ACCEPT);
        return safe()
                && !webSocket
                && accept != null
                && accept.toLowerCase(Locale.ROOT).contains("text/html")
                && "navigate".equals(fetch("mode").orElse("navigate"));
    }

    /** Whether a browser opens a page with it in a window or tab of its own. Over plain HTTP to other than local hosts browsers tell less. */
    public boolean opensPage() {
        return method.equals(HttpMethod.GET)
                && page()
                && fetch("dest")
                        .map("document"::equals)
                        .orElseGet(() -> "1".equals(header("upgrade-insecure-requests")));
    }

    /** Whether the client takes server-sent events, and can: HTTP/1.0 knows no chunks. */
    boolean acceptsEvents() {
        String accept = header(HttpHeaderNames.ACCEPT);
        return accept != null && accept.toLowerCase(Locale.ROOT).contains("text/event-stream");
    }

    /** GET or HEAD: nothing is changed by it. */
    boolean safe() {
        return method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
    }

    /** {@code Sec-Fetch-Site}, {@code -Mode} or {@code -Dest}. */
    Optional<String> fetch(String what) {
        return Optional.ofNullable(headers.get("sec-fetch-" + what));
    }

    Optional<String> origin() {
        return Optional.ofNullable(header(HttpHeaderNames.ORIGIN));
    }

    /** There is exactly one: the codec saw to it. */
    String host() {
        return String.valueOf(header(HttpHeaderNames.HOST)).toLowerCase(Locale.ROOT);
    }

    private @Nullable String header(CharSequence name) {
        return headers.get(name);
    }
}
