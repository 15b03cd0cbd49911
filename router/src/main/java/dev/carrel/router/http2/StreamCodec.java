/* Copyright the Carrel authors. */
package dev.carrel.router.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Frames of one stream below, HTTP/1.1's objects above. A WebSocket (RFC 8441) looks from above like an upgrade: the 101 that answers it goes out as 200, and once
 * {@link #relay} has been called, bytes go up and down as they are; the end of one direction comes up as {@link ChannelInputShutdownEvent} and goes down as
 * {@link End}. An answer that is complete before its request was ends the stream without an error. First in the stream's pipeline, to its end; event loop only.
 */
public final class StreamCodec extends ChannelDuplexHandler {
    private static final Logger LOG = LoggerFactory.getLogger(StreamCodec.class);
    private static final Set<String> ABOUT_CONNECTIONS =
            Set.of("connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade");

    /** Written instead of bytes: our direction of a WebSocket has ended. */
    public enum End {
        /** Nothing follows. */
        END
    }

    private enum State {
        HEAD,
        BODY,
        /** A WebSocket whose answer is not known yet; what comes early waits, and no more is read. */
        ASKED,
        RELAY,
        READ
    }

    private final int maxTarget;
    private final Deque<ByteBuf> early = new ArrayDeque<>();
    private State state = State.HEAD;
    private boolean informational;
    private boolean earlyEnd;
    private boolean readHeld;

    StreamCodec(int maxTarget) {
        this.maxTarget = maxTarget;
    }

    /** From now on bytes: what came early goes up first. */
    public void relay(ChannelHandlerContext context) {
        state = State.RELAY;
        for (ByteBuf bytes = early.poll(); bytes != null; bytes = early.poll()) {
            context.fireChannelRead(bytes);
        }
        if (earlyEnd) {
            context.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        }
        if (readHeld) {
            readHeld = false;
            context.read();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        switch (message) {
            case Http2HeadersFrame frame -> headers(context, frame);
            case Http2DataFrame frame -> data(context, frame);
            default -> ReferenceCountUtil.release(message);
        }
    }

    private void headers(ChannelHandlerContext context, Http2HeadersFrame frame) {
        if (state != State.HEAD) {
            trailers(context, frame.isEndStream());
            return;
        }
        try {
            var request = StreamRequests.request(frame.headers(), frame.isEndStream(), maxTarget);
            boolean webSocket = StreamRequests.webSocket(frame.headers());
            state = webSocket ? State.ASKED : frame.isEndStream() ? State.READ : State.BODY;
            context.fireChannelRead(request);
            if (webSocket || frame.isEndStream()) {
                context.fireChannelRead(LastHttpContent.EMPTY_LAST_CONTENT);
            }
        } catch (StreamRequests.Refused e) {
            state = frame.isEndStream() ? State.READ : State.BODY;
            context.fireUserEventTriggered(e.refusal());
        }
    }

    /** Nobody behind us reads them. */
    private void trailers(ChannelHandlerContext context, boolean end) {
        if (!end) {
            reset(context, Http2Error.PROTOCOL_ERROR);
        } else if (state == State.BODY) {
            state = State.READ;
            context.fireChannelRead(LastHttpContent.EMPTY_LAST_CONTENT);
        } else {
            ended(context);
        }
    }

    private void data(ChannelHandlerContext context, Http2DataFrame frame) {
        ByteBuf bytes = frame.content();
        switch (state) {
            case BODY -> {
                if (frame.isEndStream()) {
                    state = State.READ;
                }
                context.fireChannelRead(
                        frame.isEndStream() ? new DefaultLastHttpContent(bytes) : new DefaultHttpContent(bytes));
            }
            case ASKED -> {
                early.add(bytes);
                earlyEnd = frame.isEndStream();
            }
            case RELAY -> {
                context.fireChannelRead(bytes);
                if (frame.isEndStream()) {
                    ended(context);
                }
            }
            case HEAD, READ -> bytes.release();
        }
    }

    private void ended(ChannelHandlerContext context) {
        if (state == State.RELAY) {
            context.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        } else if (state == State.ASKED) {
            earlyEnd = true;
        }
    }

    @Override
    public void read(ChannelHandlerContext context) {
        if (state == State.ASKED) {
            readHeld = true;
        } else {
            context.read();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof Http2ResetFrame) {
            context.close();
        }
        ReferenceCountUtil.release(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        forget();
        context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof Http2Exception) {
            // Netty breaks the stream off next, with the error's own number.
            LOG.debug("{}: {}", context.channel(), cause.getMessage());
        } else {
            context.fireExceptionCaught(cause);
        }
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        switch (message) {
            case HttpResponse response -> response(context, response, promise);
            case HttpContent content when !informational -> content(context, content, promise);
            case ByteBuf bytes when state == State.RELAY -> context.write(new DefaultHttp2DataFrame(bytes), promise);
            case End _ -> {
                context.write(new DefaultHttp2DataFrame(Unpooled.EMPTY_BUFFER, true), promise);
            }
            default -> {
                // The end of an interim answer, or the empty write by which somebody learns that all before it is out.
                ReferenceCountUtil.release(message);
                promise.trySuccess();
            }
        }
    }

    private void response(ChannelHandlerContext context, HttpResponse response, ChannelPromise promise) {
        boolean switching = response.status().code() == 101;
        informational = response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
        Http2Headers list = new DefaultHttp2Headers(false)
                .status(switching ? "200" : response.status().codeAsText());
        lines(response.headers(), list);
        if (switching) {
            list.remove("sec-websocket-accept");
        }
        boolean full = response instanceof HttpContent && !informational;
        boolean end = full
                && !((HttpContent) response).content().isReadable()
                && ((LastHttpContent) response).trailingHeaders().isEmpty();
        DefaultHttp2HeadersFrame frame = new DefaultHttp2HeadersFrame(list, end);
        if (end) {
            ReferenceCountUtil.release(response);
            last(context, frame, promise);
        } else if (full) {
            context.write(frame);
            content(context, (HttpContent) response, promise);
        } else {
            ReferenceCountUtil.release(response);
            context.write(frame, promise);
        }
    }

    private void content(ChannelHandlerContext context, HttpContent content, ChannelPromise promise) {
        if (!(content instanceof LastHttpContent last)) {
            context.write(new DefaultHttp2DataFrame(content.content()), promise);
        } else if (last.trailingHeaders().isEmpty()) {
            last(context, new DefaultHttp2DataFrame(content.content(), true), promise);
        } else {
            context.write(new DefaultHttp2DataFrame(content.content()));
            Http2Headers trailers = new DefaultHttp2Headers(false);
            lines(last.trailingHeaders(), trailers);
            last(context, new DefaultHttp2HeadersFrame(trailers, true), promise);
        }
    }

    /** The answer's last frame. A client that is still sending is told, once it has the answer, that it may stop. */
    private void last(ChannelHandlerContext context, Object frame, ChannelPromise promise) {
        context.write(frame, promise.unvoid()).addListener(written -> {
            if (written.isSuccess() && state != State.READ) {
                reset(context, Http2Error.NO_ERROR);
            }
        });
    }

    private static void lines(HttpHeaders from, Http2Headers to) {
        for (Map.Entry<String, String> line : from) {
            String name = line.getKey().toLowerCase(Locale.ROOT);
            if (!ABOUT_CONNECTIONS.contains(name)) {
                to.add(name, line.getValue());
            }
        }
    }

    private void reset(ChannelHandlerContext context, Http2Error error) {
        if (context.channel().isActive()) {
            context.writeAndFlush(new DefaultHttp2ResetFrame(error)).addListener(_ -> context.close());
        }
    }

    private void forget() {
        early.forEach(ByteBuf::release);
        early.clear();
    }
}
