/* Copyright the Carrel authors. */
package dev.carrel.http.transport;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.Future;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Holds a connection to {@link RequestTimeLimits}. Slow heads and stalled bodies are refused through {@link RequestSanity}, which must
 * come later in the pipeline; idle connections and stalled answers are closed.
 *
 * <p>One timer per connection, never set further ahead than the shortest limit and so never too late, whatever happened since: a request
 * costs no scheduling, only a few stores. A body counts as stalled only
 * while it is wanted (autoRead on), an answer only while bytes wait for the socket. One per connection, directly behind
 * {@link StrictHttp#serverCodec}; remove it after an upgrade. Event loop only.
 */
public final class RequestTimes extends ChannelDuplexHandler {
    private enum Phase {
        HEAD,
        BODY,
        ANSWER,
        IDLE
    }

    private final long headNanos;
    private final long idleNanos;
    private final long stallNanos;
    private final long shortestNanos;
    private Phase phase = Phase.HEAD;
    private long phaseSince;
    private boolean requestRead = true;
    private boolean answered = true;
    private boolean informational;
    private long writeProgress;
    private long writes;
    private long progressSeen;
    private @Nullable Future<?> timer;

    /** For one connection. */
    public RequestTimes(RequestTimeLimits limits) {
        headNanos = limits.head().toNanos();
        idleNanos = limits.idle().toNanos();
        stallNanos = limits.stall().toNanos();
        shortestNanos = Math.min(headNanos, Math.min(idleNanos, stallNanos));
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        if (context.channel().isActive()) {
            start(context);
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        start(context);
        context.fireChannelActive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        stop();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        stop();
        context.fireChannelInactive();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == StrictHttp.HeadStarted.HEAD_STARTED) {
            enter(Phase.HEAD);
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpRequest) {
            requestRead = false;
            answered = false;
            enter(Phase.BODY);
        }
        if (message instanceof HttpContent) {
            phaseSince = now();
        }
        if (message instanceof LastHttpContent) {
            requestRead = true;
            settle();
        }
        context.fireChannelRead(message);
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (message instanceof HttpResponse response) {
            informational = response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
        }
        boolean last = message instanceof LastHttpContent && !informational;
        writes++;
        context.write(message, promise);
        if (last) {
            answered = true;
            settle();
        }
    }

    private void settle() {
        if (requestRead) {
            enter(answered ? Phase.IDLE : Phase.ANSWER);
        }
    }

    private void enter(Phase next) {
        phase = next;
        phaseSince = now();
    }

    private void start(ChannelHandlerContext context) {
        if (timer == null) {
            phaseSince = now();
            writeProgress = phaseSince;
            schedule(context, shortestNanos);
        }
    }

    private void stop() {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    private void schedule(ChannelHandlerContext context, long nanos) {
        stop();
        long ahead = Math.clamp(nanos, 1_000_000, shortestNanos);
        timer = context.executor().schedule(() -> look(context), ahead, TimeUnit.NANOSECONDS);
    }

    private void look(ChannelHandlerContext context) {
        if (!context.channel().isActive() || context.isRemoved()) {
            return;
        }
        long now = now();
        long writeLeft = writeLeft(context, now);
        if (writeLeft <= 0) {
            context.close();
            return;
        }
        long phaseLeft = phaseLeft(context, now);
        if (phaseLeft <= 0) {
            expire(context);
            return;
        }
        schedule(context, Math.min(phaseLeft, writeLeft));
    }

    private long phaseLeft(ChannelHandlerContext context, long now) {
        long limit = switch (phase) {
            case HEAD -> headNanos;
            case IDLE -> idleNanos;
            case BODY -> stallNanos;
            case ANSWER -> Long.MAX_VALUE;
        };
        if (phase == Phase.BODY && !context.channel().config().isAutoRead()) {
            // Nobody wants more of it at present: that is not the client's fault.
            phaseSince = now;
        }
        return limit == Long.MAX_VALUE ? stallNanos : limit - (now - phaseSince);
    }

    /** Writers here wait for room before they write more, so a new write shows progress as well as a drained buffer does. */
    private long writeLeft(ChannelHandlerContext context, long now) {
        var buffer = context.channel().unsafe().outboundBuffer();
        long waiting = buffer == null ? 0 : buffer.totalPendingWriteBytes();
        long progress = buffer == null ? 0 : Objects.hash(waiting, buffer.currentProgress(), writes);
        if (waiting == 0 || progress != progressSeen) {
            progressSeen = progress;
            writeProgress = now;
        }
        return waiting == 0 ? stallNanos : stallNanos - (now - writeProgress);
    }

    private void expire(ChannelHandlerContext context) {
        switch (phase) {
            case HEAD ->
                context.fireUserEventTriggered(new Refusal(
                        HttpResponseStatus.REQUEST_TIMEOUT,
                        "http.head-timeout",
                        "The request did not arrive in time."));
            case BODY -> {
                if (answered) {
                    context.close();
                } else {
                    context.fireUserEventTriggered(new Refusal(
                            HttpResponseStatus.REQUEST_TIMEOUT,
                            "http.body-timeout",
                            "The body of the request did not arrive in time."));
                }
            }
            case IDLE, ANSWER -> context.close();
        }
    }

    private static long now() {
        return System.nanoTime();
    }
}
