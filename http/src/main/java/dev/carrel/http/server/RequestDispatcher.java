/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import dev.carrel.http.server.Passport.Station;
import dev.carrel.http.transport.LingeringClose;
import dev.carrel.http.transport.StrictHttp;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes exchanges of one connection's messages, one at a time. Last in the pipeline; its event loop only. */
final class RequestDispatcher extends ChannelInboundHandlerAdapter implements BodyQueue.Source {
    private static final Logger LOG = LoggerFactory.getLogger(RequestDispatcher.class);
    private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private final ServerCore core;
    private final RequestIds ids;
    private @Nullable ChannelHandlerContext context;
    private @Nullable Exchange current;
    private boolean answered;
    private long drained;
    private long firstByteAt = System.nanoTime();
    private boolean inHead;

    RequestDispatcher(ServerCore core, RequestIds ids) {
        this.core = core;
        this.ids = ids;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    @Override
    public void channelActive(ChannelHandlerContext active) {
        core.connections().add(active.channel());
        active.fireChannelActive();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext here, Object event) {
        if (event == StrictHttp.HeadStarted.HEAD_STARTED) {
            firstByteAt = System.nanoTime();
            inHead = true;
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext here, Object message) {
        if (message instanceof HttpRequest request) {
            inHead = false;
            begin(here, request);
        } else if (message instanceof HttpContent content) {
            content(here, content);
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext here) {
        if (current != null) {
            current.gate().changed();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext here) {
        Exchange unfinished = current;
        if (unfinished != null) {
            unfinished.connectionClosed();
            if (!answered) {
                current = null;
                core.exchangeEnded(unfinished);
            }
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext here, Throwable cause) {
        if (cause instanceof IOException || cause instanceof SocketException) {
            LOG.debug("{}: {}", here.channel(), cause.getMessage());
        } else {
            LOG.error("{}: connection closed by an unexpected failure", here.channel(), cause);
        }
        here.close();
    }

    /** Part of draining the server: closes at once when nothing is under way. */
    void drain() {
        if (current != null) {
            current.endStream();
        } else if (context != null && !inHead) {
            context.close();
        }
    }

    /** The answer's last piece is on its way; what is written counts as sent even if the client never takes it. */
    void answered(Exchange exchange, boolean keepAlive, ChannelFuture written) {
        if (exchange != current) {
            return;
        }
        answered = true;
        written.addListener(done -> {
            exchange.passport().stamp(done.isSuccess() ? Station.DONE : Station.GONE);
            core.exchangeEnded(exchange);
        });
        exchange.body().discard();
        boolean read = exchange.body().ended();
        if (read) {
            current = null;
        }
        if (!keepAlive || core.draining()) {
            if (read) {
                written.addListener(ChannelFutureListener.CLOSE);
            } else {
                written.addListener(_ -> LingeringClose.begin(written.channel()));
            }
        }
    }

    @Override
    public void flowChanged() {
        ChannelHandlerContext here = context;
        if (here == null) {
            return;
        }
        if (here.executor().inEventLoop()) {
            follow(here);
        } else {
            here.executor().execute(() -> follow(here));
        }
    }

    @Override
    public void wanted() {
        ChannelHandlerContext here = context;
        Exchange exchange = current;
        if (here != null && exchange != null && exchange.continueExpected()) {
            here.executor().execute(() -> {
                if (current == exchange
                        && !exchange.headSent()
                        && !exchange.body().ended()) {
                    here.writeAndFlush(new DefaultFullHttpResponse(
                            HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
                }
            });
        }
    }

    private void follow(ChannelHandlerContext here) {
        here.channel().config().setAutoRead(current == null || !current.body().paused());
    }

    private void content(ChannelHandlerContext here, HttpContent content) {
        Exchange exchange = current;
        boolean last = content instanceof LastHttpContent;
        if (exchange == null) {
            content.release();
            return;
        }
        int size = content.content().readableBytes();
        exchange.body().put(content.content());
        if (last) {
            exchange.passport().stamp(Station.BODY);
            exchange.body().end();
        }
        if (!answered) {
            return;
        }
        drained += size;
        if (last) {
            current = null;
        } else if (drained > Exchange.MAX_DRAINED) {
            LingeringClose.begin(here.channel());
        }
    }

    private void begin(ChannelHandlerContext here, HttpRequest message) {
        answered = false;
        drained = 0;
        Passport passport = new Passport(firstByteAt);
        passport.stamp(Station.HEAD);
        Headers headers = headers(message);
        String target = message.uri();
        int question = target.indexOf('?');
        String rawPath = question < 0 ? target : target.substring(0, question);
        HttpFailure failure = null;
        RequestPath path = RequestPath.ROOT;
        RouteMatch match = null;
        try {
            if (rawPath.startsWith("/")) {
                path = RequestPath.parse(rawPath);
                match = core.routes().match(message.method().name(), path);
            }
        } catch (HttpFailure e) {
            failure = e;
        }
        long limit = limit(match);
        long length = HttpUtil.getContentLength(message, -1L);
        if (failure == null && length > limit) {
            failure = BodyQueue.tooLarge(limit);
        }
        boolean continues = HttpUtil.is100ContinueExpected(message);
        if (failure == null
                && !continues
                && headers.has("Expect")
                && !message.protocolVersion().equals(HttpVersion.HTTP_1_0)) {
            failure = new HttpFailure(417, "http.expectation", "The only expectation met here is 100-continue.");
        }
        RequestHead head = new RequestHead(
                message.method().name(),
                rawPath,
                question < 0 ? "" : target.substring(question + 1),
                path,
                headers,
                (InetSocketAddress) here.channel().remoteAddress(),
                headers.first("X-Request-Id")
                        .filter(id -> REQUEST_ID.matcher(id).matches())
                        .orElseGet(ids::next),
                core.clock().instant());
        BodyQueue queue = new BodyQueue(this, limit, core.settings().patience());
        if (length <= 0 && !HttpUtil.isTransferEncodingChunked(message)) {
            // Known before its LastHttpContent arrives, so that a handler that is quicker than it need not wait.
            queue.end();
        }
        Request request = new Request(head, new RequestBody(headers, queue, limit), match);
        Exchange exchange = new Exchange(
                core,
                this,
                here,
                request,
                queue,
                passport,
                new Exchange.Traits(
                        HttpUtil.isKeepAlive(message),
                        message.protocolVersion().equals(HttpVersion.HTTP_1_0),
                        continues,
                        failure));
        current = exchange;
        core.exchangeBegan();
        core.handOver().submit(exchange, core.commonHeaders());
    }

    private long limit(@Nullable RouteMatch match) {
        Route route = match == null ? null : match.route();
        long own = route == null ? -1 : route.options().maxBody();
        return own < 0 ? core.settings().maxBody() : own;
    }

    private static Headers headers(HttpRequest message) {
        List<Headers.Line> lines = new ArrayList<>(message.headers().size());
        for (Map.Entry<String, String> line : message.headers()) {
            lines.add(new Headers.Line(line.getKey(), line.getValue()));
        }
        return Headers.ofLines(lines);
    }
}
