/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Understands a request's head: path, route, limits. Event loop; does nothing that could block. */
final class RequestReader {
    private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private final ServerCore core;
    private final RequestIds ids;

    /**
     * A head understood.
     *
     * @param refusedAlready why it must not come before any filter or handler; null when it may
     * @param bodyLimit bytes
     * @param bodyless whether it is known to have no body
     * @param gathered whether its body is small and shall have come in full before a handler is given a place
     */
    record Arrival(
            RequestHead head,
            @Nullable RouteMatch match,
            @Nullable HttpFailure refusedAlready,
            long bodyLimit,
            boolean bodyless,
            boolean gathered,
            boolean continueExpected) {}

    /** Bodies up to so many bytes: every form that only holds text. */
    private static final int MAX_GATHERED = 64 * 1024;

    RequestReader(ServerCore core, RequestIds ids) {
        this.core = core;
        this.ids = ids;
    }

    Arrival read(HttpRequest message, InetSocketAddress remote) {
        Headers headers = headers(message);
        String target = message.uri();
        int question = target.indexOf('?');
        String rawPath = question < 0 ? target : target.substring(0, question);
        RequestPath path = RequestPath.ROOT;
        RouteMatch match = null;
        HttpFailure failure = null;
        try {
            if (rawPath.startsWith("/")) {
                path = RequestPath.parse(rawPath);
                match = core.routes().match(message.method().name(), path);
            }
        } catch (HttpFailure e) {
            failure = e;
        }
        RequestHead head = new RequestHead(
                message.method().name(),
                rawPath,
                question < 0 ? "" : target.substring(question + 1),
                path,
                headers,
                remote,
                headers.first("X-Request-Id")
                        .filter(id -> REQUEST_ID.matcher(id).matches())
                        .orElseGet(ids::next),
                core.clock().instant());
        long limit = limit(match);
        long length = HttpUtil.getContentLength(message, -1L);
        if (failure == null) {
            failure = length > limit ? BodyQueue.tooLarge(limit) : unmetExpectation(message, headers);
        }
        return new Arrival(
                head,
                match,
                failure,
                limit,
                length <= 0 && !HttpUtil.isTransferEncodingChunked(message),
                // Who has been refused already is told at once, and who asks whether to send waits for the handler's
                // word.
                length > 0
                        && length <= MAX_GATHERED
                        && failure == null
                        && match != null
                        && match.route() != null
                        && !HttpUtil.is100ContinueExpected(message),
                HttpUtil.is100ContinueExpected(message));
    }

    private long limit(@Nullable RouteMatch match) {
        Route route = match == null ? null : match.route();
        long own = route == null ? -1 : route.options().maxBody();
        return own < 0 ? core.settings().maxBody() : own;
    }

    private static @Nullable HttpFailure unmetExpectation(HttpRequest message, Headers headers) {
        boolean met = !headers.has("Expect")
                || HttpUtil.is100ContinueExpected(message)
                || message.protocolVersion().equals(HttpVersion.HTTP_1_0);
        return met ? null : new HttpFailure(417, "http.expectation", "The only expectation met here is 100-continue.");
    }

    private static Headers headers(HttpRequest message) {
        List<Headers.Line> lines = new ArrayList<>(message.headers().size());
        for (Map.Entry<String, String> line : message.headers()) {
            lines.add(new Headers.Line(line.getKey(), line.getValue()));
        }
        return Headers.ofLines(lines);
    }
}
