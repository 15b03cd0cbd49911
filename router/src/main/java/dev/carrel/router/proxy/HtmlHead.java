/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import dev.carrel.router.page.SessionScript;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Passes one answer on to the client and adds our script to the head of the page it holds. What is no page, or whose Content-Security-Policy would
 * not let the script work, passes as it came; so does a page that has no head within its first {@value #WINDOW} bytes. Held back is only what
 * comes before the head, of which a browser shows nothing. Event loop only.
 */
final class HtmlHead {
    /** How much of a page is looked at. */
    static final int WINDOW = 16 * 1024;
    /** A page that comes in more pieces before its head is not looked at any further. */
    private static final int MAX_PIECES = 64;

    /** They speak of the bytes as they were. */
    private static final List<String> DIGESTS = List.of("content-digest", "repr-digest", "digest", "content-md5");

    private final Channel client;
    private final Deque<HttpContent> held = new ArrayDeque<>();
    private @Nullable HttpResponse head;
    private byte[] seen = new byte[0];
    private int length;
    private int added;

    HtmlHead(Channel client) {
        this.client = client;
    }

    /** Asks for a page such that something can be added to it: whole and as plain text. */
    static void prepare(HttpRequest sent) {
        sent.headers()
                .set(HttpHeaderNames.ACCEPT_ENCODING, HttpHeaderValues.IDENTITY)
                .remove(HttpHeaderNames.RANGE)
                .remove(HttpHeaderNames.IF_RANGE);
    }

    /** The head of the answer, written already as the client shall see it. */
    void head(HttpResponse response) {
        if (suitable(response)) {
            head = response;
        } else {
            client.write(response);
        }
    }

    /** A piece of the body, which is passed on or kept. */
    void content(HttpContent piece) {
        HttpResponse waiting = head;
        if (waiting == null) {
            client.write(piece);
            return;
        }
        held.add(piece);
        look(piece.content());
        int at = HtmlProlog.headEnd(seen, length);
        if (at >= 0) {
            add(waiting, at);
        } else if (at == HtmlProlog.NEVER || length == WINDOW || held.size() > MAX_PIECES) {
            unchanged(waiting);
        }
    }

    /** The last piece; everything is on its way then. */
    ChannelFuture end(LastHttpContent last) {
        HttpResponse waiting = head;
        if (waiting != null) {
            // Its content is looked at like any other's, its trailers stay with the end.
            ByteBuf rest = last.content().readRetainedSlice(last.content().readableBytes());
            content(new DefaultHttpContent(rest));
            if (head != null) {
                unchanged(waiting);
            }
        }
        return client.write(last);
    }

    /** How many bytes were added. */
    int added() {
        return added;
    }

    /** The answer broke off. */
    void release() {
        head = null;
        held.forEach(ReferenceCountUtil::release);
        held.clear();
    }

    private void look(ByteBuf content) {
        int more = Math.min(content.readableBytes(), WINDOW - length);
        byte[] all = new byte[length + more];
        System.arraycopy(seen, 0, all, 0, length);
        content.getBytes(content.readerIndex(), all, length, more);
        seen = all;
        length += more;
    }

    private void add(HttpResponse waiting, int index) {
        byte[] script = SessionScript.tag();
        HttpHeaders headers = waiting.headers();
        if (HttpUtil.isContentLengthSet(waiting)) {
            headers.set(HttpHeaderNames.CONTENT_LENGTH, HttpUtil.getContentLength(waiting) + script.length);
        }
        // The same page in meaning, not byte for byte: a part of one must never be joined to a part of the other.
        String tag = headers.get(HttpHeaderNames.ETAG);
        if (tag != null && !tag.startsWith("W/")) {
            headers.set(HttpHeaderNames.ETAG, "W/" + tag);
        }
        headers.remove(HttpHeaderNames.ACCEPT_RANGES);
        head = null;
        client.write(waiting);
        int left = index;
        for (HttpContent piece = held.poll(); piece != null; piece = held.poll()) {
            int here = piece.content().readableBytes();
            if (left >= 0 && left <= here) {
                client.write(new DefaultHttpContent(piece.content().readRetainedSlice(left)));
                client.write(new DefaultHttpContent(Unpooled.wrappedBuffer(script)));
                left = -1;
            } else if (left > here) {
                left -= here;
            }
            client.write(piece);
        }
        seen = new byte[0];
        added = script.length;
    }

    private void unchanged(HttpResponse waiting) {
        head = null;
        client.write(waiting);
        held.forEach(client::write);
        held.clear();
        seen = new byte[0];
    }

    private static boolean suitable(HttpResponse response) {
        HttpHeaders headers = response.headers();
        String type = headers.get(HttpHeaderNames.CONTENT_TYPE);
        String encoding = headers.get(HttpHeaderNames.CONTENT_ENCODING);
        String disposition = headers.get(HttpHeaderNames.CONTENT_DISPOSITION);
        return response.status().code() == 200
                && type != null
                && type.toLowerCase(Locale.ROOT).strip().startsWith("text/html")
                && (encoding == null || encoding.equalsIgnoreCase("identity"))
                && (disposition == null
                        || !disposition.toLowerCase(Locale.ROOT).strip().startsWith("attachment"))
                && DIGESTS.stream().noneMatch(headers::contains)
                && PagePolicy.allowsOwnScript(headers.getAll("Content-Security-Policy"));
    }
}
