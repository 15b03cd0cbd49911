/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import dev.carrel.http.server.Passport.Station;
import dev.carrel.http.transport.LingeringClose;
import dev.carrel.http.transport.Refusal;
import dev.carrel.http.transport.StrictHttp;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
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
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes exchanges of one connection's messages, one at a time. Last in the pipeline; its event loop only. */
final class RequestDispatcher extends ChannelInboundHandlerAdapter implements BodyQueue.Source {
    private static final Logger LOG = LoggerFactory.getLogger(RequestDispatcher.class);

    private final ServerCore core;
    private final RequestReader reader;
    private @Nullable ChannelHandlerContext context;
    private @Nullable Exchange current;
    /** The one under way, while its body is awaited before a handler is. */
    private @Nullable Exchange gathering;

    private @Nullable Future<?> gatheringEnds;

    private boolean answered;
    private long drained;
    private long firstByteAt = System.nanoTime();
    private boolean inHead;

    RequestDispatcher(ServerCore core, RequestReader reader) {
        this.core = core;
        this.reader = reader;
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
    public void channelReadComplete(ChannelHandlerContext here) {
        if (gathering != null && gatheringEnds == null) {
            // It may come slowly, but not for ever: twice as long as it may stand still.
            gatheringEnds = here.executor()
                    .schedule(
                            () -> tooSlow(here),
                            2 * core.settings().times().stall().toNanos(),
                            TimeUnit.NANOSECONDS);
        }
        here.fireChannelReadComplete();
    }

    private void tooSlow(ChannelHandlerContext here) {
        endGathering();
        // Answered by the handler that stands before this one.
        here.pipeline()
                .fireUserEventTriggered(new Refusal(
                        HttpResponseStatus.REQUEST_TIMEOUT,
                        "http.body-timeout",
                        "The body of the request did not arrive in time."));
    }

    private void endGathering() {
        gathering = null;
        if (gatheringEnds != null) {
            gatheringEnds.cancel(false);
            gatheringEnds = null;
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
        endGathering();
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

    /**
     * The request under way is answered by a refusal in place of its handler. False when none is, and the refusal stands for a request of its
     * own.
     */
    boolean refused(int status, int bytes) {
        if (current == null || answered) {
            return false;
        }
        current.refused(status, bytes);
        return true;
    }

    /** The answer's last piece is on its way; what is written counts as sent even if the client never takes it. */
    void answered(Exchange exchange, boolean keepAlive, ChannelFuture written) {
        exchange.body().discard();
        if (exchange != current) {
            return;
        }
        answered = true;
        written.addListener(done -> {
            exchange.passport().stamp(done.isSuccess() ? Station.DONE : Station.GONE);
            core.exchangeEnded(exchange);
        });
        if (exchange.body().ended()) {
            current = null;
        }
        if (!keepAlive || core.draining()) {
            written.addListener(_ -> LingeringClose.begin(written.channel()));
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
            if (gathering == exchange) {
                endGathering();
                core.handOver().submit(exchange, core.commonHeaders());
            }
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
        RequestReader.Arrival arrival =
                reader.read(message, (InetSocketAddress) here.channel().remoteAddress());
        BodyQueue queue =
                new BodyQueue(this, arrival.bodyLimit(), core.settings().patience());
        if (arrival.bodyless()) {
            // Known before its LastHttpContent arrives, so that a handler that is quicker than it need not wait.
            queue.end();
        }
        RequestHead head = arrival.head();
        Request request =
                new Request(head, new RequestBody(head.headers(), queue, arrival.bodyLimit()), arrival.match());
        Exchange.Traits traits = new Exchange.Traits(
                HttpUtil.isKeepAlive(message),
                message.protocolVersion().equals(HttpVersion.HTTP_1_0),
                arrival.continueExpected(),
                arrival.refusedAlready());
        Exchange exchange = new Exchange(core, this, here, request, queue, passport, traits);
        current = exchange;
        core.exchangeBegan();
        if (arrival.gathered()) {
            gathering = exchange;
            return;
        }
        core.handOver().submit(exchange, core.commonHeaders());
    }
}
