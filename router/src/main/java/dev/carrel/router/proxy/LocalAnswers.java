/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.router.decide.Ask;
import dev.carrel.router.decide.Hosts;
import dev.carrel.router.hop.HopProof;
import dev.carrel.router.page.Notice;
import dev.carrel.router.page.NoticePage;
import dev.carrel.router.page.Notices;
import dev.carrel.router.page.SessionScript;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The answers the router gives itself, complete with length and security headers. Any thread. */
final class LocalAnswers {
    private static final String NOTHING =
            "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    static final String TRANSPORT_SECURITY = "max-age=31536000";

    /** Longer addresses are not told again. */
    private static final int MAX_TARGET = 2_000;

    private final boolean https;
    private final Hosts hosts;
    private final String base;

    LocalAnswers(SiteSettings site) {
        this.https = site.https();
        this.hosts = new Hosts(site);
        this.base = site.baseUrl().toString();
    }

    /**
     * To a request by plain HTTP at a port that speaks TLS. It names the same address under https when the host is one of ours, else the site's: nobody is
     * sent elsewhere by us.
     */
    FullHttpResponse onlyHttps(HttpRequest request) {
        String origin = hosts.secureOrigin(String.valueOf(request.headers().get(HttpHeaderNames.HOST)));
        boolean told =
                origin != null && request.uri().startsWith("/") && request.uri().length() <= MAX_TARGET;
        String url = told ? origin + request.uri() : base;
        byte[] body = ("This port speaks https.\nOpen " + url + " instead.\n").getBytes(StandardCharsets.UTF_8);
        FullHttpResponse answer = answer(HttpResponseStatus.BAD_REQUEST, body, request.method());
        answer.headers()
                // Browsers take no notice of it without TLS, and it must not be said there.
                .remove("Strict-Transport-Security")
                .set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        return answer;
    }

    /**
     * A page for people, JSON for programs, the bare status for who asked for a WebSocket; in a header the word for programs, which is all that the
     * last of them gets to see.
     */
    FullHttpResponse notice(Notice notice, Ask ask) {
        boolean page = ask.page();
        byte[] body = ask.webSocket() ? new byte[0] : page ? NoticePage.html(notice) : NoticePage.json(notice);
        FullHttpResponse answer = answer(HttpResponseStatus.valueOf(notice.status()), body, ask);
        HttpHeaders headers = answer.headers();
        headers.set(HttpHeaderNames.VARY, "Accept").set("X-Carrel-Error", notice.code());
        if (!ask.webSocket()) {
            headers.set(HttpHeaderNames.CONTENT_TYPE, page ? "text/html; charset=utf-8" : "application/json");
        }
        if (page) {
            headers.set("Content-Security-Policy", NoticePage.contentSecurityPolicy());
        }
        if (notice.retryAfter() > 0) {
            headers.set(HttpHeaderNames.RETRY_AFTER, Integer.toString(notice.retryAfter()));
        }
        if (notice.status() == 401) {
            headers.set(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
        }
        if (notice.status() == 405) {
            headers.set(HttpHeaderNames.ALLOW, notice.code().equals(Notices.ONLY_POSTED) ? "POST" : "GET");
        }
        return answer;
    }

    /** A page of somebody else's, under the status of the notice it stands for. What it may load is its author's matter. */
    FullHttpResponse page(Notice notice, ErrorPages.Page page, Ask ask) {
        FullHttpResponse answer = answer(HttpResponseStatus.valueOf(notice.status()), page.body(), ask);
        HttpHeaders headers = answer.headers();
        headers.remove("Content-Security-Policy")
                .remove("Cross-Origin-Opener-Policy")
                .set(HttpHeaderNames.CONTENT_TYPE, page.type());
        if (page.encoding() != null) {
            headers.set(HttpHeaderNames.CONTENT_ENCODING, page.encoding());
        }
        if (notice.retryAfter() > 0) {
            headers.set(HttpHeaderNames.RETRY_AFTER, Integer.toString(notice.retryAfter()));
        }
        return answer;
    }

    /** A notice to the router of another instance, which learns by a header of ours when it must ask anew where the session is. */
    FullHttpResponse toPeer(Notice notice, Ask ask) {
        FullHttpResponse answer = notice(notice, ask);
        if (notice.code().equals(Notices.NOT_THERE) || notice.code().equals(Notices.NOT_VOUCHED)) {
            answer.headers().set(HopProof.HEADER, notice.code());
        }
        return answer;
    }

    FullHttpResponse redirect(String location, @Nullable String cookie, Ask ask) {
        FullHttpResponse answer = answer(HttpResponseStatus.FOUND, new byte[0], ask);
        answer.headers().set(HttpHeaderNames.LOCATION, location).set("Referrer-Policy", "no-referrer");
        if (cookie != null) {
            answer.headers().add(HttpHeaderNames.SET_COOKIE, cookie);
        }
        return answer;
    }

    FullHttpResponse alive(Ask ask) {
        FullHttpResponse answer =
                answer(HttpResponseStatus.OK, "{\"status\":\"OK\"}".getBytes(StandardCharsets.UTF_8), ask);
        answer.headers().set(HttpHeaderNames.CONTENT_TYPE, "application/json");
        return answer;
    }

    /** How a session is at this moment. */
    FullHttpResponse state(byte[] json, Ask ask) {
        FullHttpResponse answer = answer(HttpResponseStatus.OK, json, ask);
        answer.headers().set(HttpHeaderNames.CONTENT_TYPE, "application/json").set(HttpHeaderNames.VARY, "Accept");
        return answer;
    }

    /** What was said has been taken note of. */
    FullHttpResponse noted(Ask ask) {
        FullHttpResponse answer = answer(HttpResponseStatus.NO_CONTENT, new byte[0], ask);
        answer.headers().remove(HttpHeaderNames.CONTENT_LENGTH);
        return answer;
    }

    /** The head of a stream of events. */
    HttpResponse events() {
        HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        secure(head.headers());
        head.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "text/event-stream")
                .set(HttpHeaderNames.VARY, "Accept")
                .set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED)
                // nginx before us would gather the events.
                .set("X-Accel-Buffering", "no");
        return head;
    }

    /** The banner's script: for ever under the address that names this very text, else asked for anew each time. */
    FullHttpResponse script(Ask ask) {
        FullHttpResponse answer = answer(HttpResponseStatus.OK, SessionScript.text(), ask);
        answer.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "text/javascript; charset=utf-8")
                .set(
                        HttpHeaderNames.CACHE_CONTROL,
                        ask.target().equals(SessionScript.address())
                                ? "public, max-age=31536000, immutable"
                                : "no-cache");
        return answer;
    }

    /** What every answer of ours carries. */
    void secure(HttpHeaders headers) {
        headers.set("Content-Security-Policy", NOTHING)
                .set("X-Content-Type-Options", "nosniff")
                .set("X-Frame-Options", "DENY")
                .set("Referrer-Policy", "same-origin")
                .set("Cross-Origin-Opener-Policy", "same-origin")
                .set("Cross-Origin-Resource-Policy", "same-origin")
                .set(HttpHeaderNames.CACHE_CONTROL, "no-store");
        if (https) {
            headers.set("Strict-Transport-Security", TRANSPORT_SECURITY);
        }
    }

    /** The length is told also to HEAD, which gets no body: the codec sees to that. */
    private FullHttpResponse answer(HttpResponseStatus status, byte[] body, Ask ask) {
        return answer(status, body, ask.method());
    }

    private FullHttpResponse answer(HttpResponseStatus status, byte[] body, HttpMethod method) {
        FullHttpResponse answer = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                status,
                method.equals(HttpMethod.HEAD) ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(body));
        secure(answer.headers());
        answer.headers().set(HttpHeaderNames.CONTENT_LENGTH, body.length);
        return answer;
    }
}
