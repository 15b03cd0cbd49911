/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.router.decide.Ask;
import dev.carrel.router.decide.Decision.Forward;
import dev.carrel.router.decide.Decision.Kind;
import dev.carrel.router.decide.PortPassage;
import dev.carrel.router.hop.HopProof;
import dev.carrel.router.route.Route;
import dev.carrel.router.route.SessionRoute;
import dev.carrel.router.settings.ProxySettings;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Writes the heads that leave the router, from those that came in: nothing is passed through unread, the framing is always our own. Immutable; any
 * thread.
 */
final class Heads {
    private static final String WEBSOCKET = "websocket";
    /** What a container sends under the base host shall never run there with that origin's rights, whoever gets to look at it. */
    private static final String SANDBOX = "sandbox";

    private static final AsciiString REQUEST_ID = AsciiString.cached("X-Request-Id");

    private final boolean https;
    private final Forwarding forwarding;
    private final PlainRules plain;
    private final IdentityHeader identity;

    Heads(SiteSettings site, ProxySettings proxy, IdentityHeader identity) {
        this.identity = identity;
        this.plain = new PlainRules(proxy);
        URI url = site.baseUrl();
        int port = url.getPort() >= 0 ? url.getPort() : site.https() ? 443 : 80;
        this.forwarding = new Forwarding(Integer.toString(port), proxy);
        this.https = site.https();
    }

    /** The request as the target shall see it. */
    HttpRequest request(HttpRequest asked, Ask ask, Forward forward, Sender from, String requestId) {
        HttpRequest sent = new DefaultHttpRequest(
                HttpVersion.HTTP_1_1,
                asked.method(),
                target(asked, forward),
                DefaultHttpHeadersFactory.headersFactory().withValidation(false));
        HttpHeaders headers = sent.headers();
        boolean container = forward.kind().container();
        Set<String> named = HeaderRules.namedByConnection(asked.headers());
        for (var lines = asked.headers().iteratorCharSequence(); lines.hasNext(); ) {
            Map.Entry<CharSequence, CharSequence> line = lines.next();
            String name = HeaderNames.lower(line.getKey());
            if (!passes(name, named, container)) {
                continue;
            }
            if (!name.equals("cookie")) {
                headers.add(line.getKey(), line.getValue());
                continue;
            }
            String cookies = cookies(forward.kind(), line.getValue().toString());
            if (!cookies.isEmpty()) {
                headers.add(line.getKey(), cookies);
            }
        }
        if (HttpUtil.isTransferEncodingChunked(asked)) {
            headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        if (ask.webSocket()) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE).set(HttpHeaderNames.UPGRADE, WEBSOCKET);
        }
        if (forward.kind() == Kind.PLAIN) {
            forwarding.tellPlain(headers, asked.headers(), from.client(), from.scheme());
            plain.request(headers, forward.target());
        } else {
            forwarding.tell(headers, asked.headers(), from.client(), from.scheme());
        }
        headers.set(REQUEST_ID, requestId);
        if (forward.kind() == Kind.ENGINE) {
            identity.signed(asked.headers(), from.peer(), requestId)
                    .ifPresent(text -> headers.set(IdentityHeader.SIGNED, text));
        }
        if (forward.kind() == Kind.CALL) {
            // Checked here, and once more by the engine, which others on this machine can reach, too.
            headers.set(HopProof.HEADER, asked.headers().get(HopProof.HEADER));
        }
        PortPassage port = forward.port();
        if (port != null) {
            // An application is no part of the session's own server: it never sees that one's token.
            if (!port.prefix().isEmpty()) {
                headers.set("X-Forwarded-Prefix", port.prefix());
            }
        } else if (container) {
            Optional.ofNullable(forward.route())
                    .flatMap(Route::session)
                    .map(SessionRoute::upstreamToken)
                    .ifPresent(token -> headers.set(HttpHeaderNames.AUTHORIZATION, "token " + token));
        }
        return sent;
    }

    /** What of a line of cookies whoever answers may see; empty for nothing. */
    private static String cookies(Kind kind, String line) {
        return switch (kind) {
            case ENGINE, PLAIN, INSTANCE -> line;
            case ORIGIN -> HeaderRules.withoutOwnCookies(line);
            case TOKEN, API, CALL -> "";
        };
    }

    private String target(HttpRequest asked, Forward forward) {
        PortPassage port = forward.port();
        if (port != null) {
            return port.target();
        }
        Route route = forward.route();
        if (route == null) {
            return forward.target().path() + asked.uri();
        }
        return forward.kind() == Kind.PLAIN
                ? plain.target(asked.uri(), route, forward.target())
                : forward.target().path() + route.respell(asked.uri());
    }

    private boolean passes(String name, Set<String> named, boolean container) {
        return HeaderRules.passesUp(name, named)
                && !identity.holdsBack(name)
                && !(container && name.equals("authorization"));
    }

    /**
     * A final response as the client shall see it. Its framing: none where there is no body, else the length it came with, else chunks for HTTP/1.1
     * and until the end for HTTP/1.0.
     *
     * @param close whether the connection ends with it
     */
    HttpResponse response(HttpResponse answered, HttpRequest asked, Forward forward, boolean close) {
        HttpResponse sent = copy(answered, forward);
        HttpHeaders headers = sent.headers();
        PortPassage port = forward.port();
        if (port != null && !port.prefix().isEmpty()) {
            beyond(headers, port.prefix(), asked);
        }
        boolean bodyless = asked.method().equals(HttpMethod.HEAD)
                || answered.status().code() == 204
                || answered.status().code() == 304;
        if (!bodyless && !headers.contains(HttpHeaderNames.CONTENT_LENGTH) && isNew(asked)) {
            headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        if (close) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        if (https && forward.kind().container()) {
            headers.set("Strict-Transport-Security", LocalAnswers.TRANSPORT_SECURITY);
        }
        if (forward.kind() == Kind.PLAIN) {
            plain.location(answered, asked, forward.target())
                    .ifPresent(location -> headers.set(HttpHeaderNames.LOCATION, location));
        }
        if (forward.kind() == Kind.TOKEN) {
            headers.add("Content-Security-Policy", SANDBOX).set("X-Content-Type-Options", "nosniff");
        }
        if (forward.cookie() != null) {
            headers.add(HttpHeaderNames.SET_COOKIE, forward.cookie());
        }
        return sent;
    }

    private void beyond(HttpHeaders headers, String prefix, HttpRequest asked) {
        String location = headers.get(HttpHeaderNames.LOCATION);
        if (location != null) {
            String origin = (https ? "https" : "http") + "://" + asked.headers().get(HttpHeaderNames.HOST);
            headers.set(HttpHeaderNames.LOCATION, Prefix.location(location, prefix, origin));
        }
        List<String> cookies = headers.getAll(HttpHeaderNames.SET_COOKIE);
        if (!cookies.isEmpty()) {
            headers.set(
                    HttpHeaderNames.SET_COOKIE,
                    cookies.stream().map(line -> Prefix.cookie(line, prefix)).toList());
        }
        for (String name : headers.names()) {
            if (HeaderRules.forWholeOrigin(name.toLowerCase(Locale.ROOT))) {
                headers.remove(name);
            }
        }
    }

    /** An interim response, or the one that ends HTTP on this connection. */
    HttpResponse informational(HttpResponse answered, Forward forward) {
        HttpResponse sent = copy(answered, forward);
        sent.headers().remove(HttpHeaderNames.CONTENT_LENGTH);
        if (answered.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
            sent.headers()
                    .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
                    .set(HttpHeaderNames.UPGRADE, WEBSOCKET);
        }
        return sent;
    }

    /** The end of a response's body, with those trailers that may pass. */
    static LastHttpContent end(LastHttpContent last) {
        if (last.trailingHeaders().isEmpty()) {
            return last;
        }
        LastHttpContent end = new DefaultLastHttpContent(last.content());
        for (Map.Entry<String, String> line : last.trailingHeaders()) {
            if (HeaderRules.trailerPasses(line.getKey().toLowerCase(Locale.ROOT))) {
                end.trailingHeaders().add(line.getKey(), line.getValue());
            }
        }
        return end;
    }

    /** Whether a response switches to the protocol that was asked for. */
    static boolean switches(HttpResponse response) {
        return WEBSOCKET.equalsIgnoreCase(response.headers().get(HttpHeaderNames.UPGRADE))
                && response.headers().contains("Sec-WebSocket-Accept");
    }

    static boolean interim(HttpResponse response) {
        return response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
    }

    static boolean isNew(HttpRequest asked) {
        return asked.protocolVersion().equals(HttpVersion.HTTP_1_1);
    }

    private static HttpResponse copy(HttpResponse answered, Forward forward) {
        HttpResponse sent = new DefaultHttpResponse(
                HttpVersion.HTTP_1_1,
                answered.status(),
                DefaultHttpHeadersFactory.headersFactory().withValidation(false));
        boolean container = forward.kind().container();
        Set<String> named = HeaderRules.namedByConnection(answered.headers());
        for (var lines = answered.headers().iteratorCharSequence(); lines.hasNext(); ) {
            Map.Entry<CharSequence, CharSequence> line = lines.next();
            String name = HeaderNames.lower(line.getKey());
            boolean cookie = container && (name.equals("set-cookie") || name.equals("set-cookie2"));
            if (HeaderRules.passesDown(name, named, forward.kind())
                    && !(cookie
                            && (forward.kind() == Kind.TOKEN
                                    || !HeaderRules.mayBeSet(line.getValue().toString())))) {
                sent.headers().add(line.getKey(), line.getValue());
            }
        }
        return sent;
    }
}
