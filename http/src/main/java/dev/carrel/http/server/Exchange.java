/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import dev.carrel.http.server.Passport.Station;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer, the only thing event loop and handler's thread share. The handler's thread sends through it; the
 * event loop tells it when the client takes more, or has gone.
 */
final class Exchange {
    /** Unread rest of a body that is thrown away so that the connection can be kept; more is not worth it. */
    static final long MAX_DRAINED = 256 * 1024;

    private final ServerCore core;
    private final RequestDispatcher dispatcher;
    private final ChannelHandlerContext context;
    private final Request request;
    private final BodyQueue body;
    private final Passport passport;
    private final @Nullable HttpFailure refusedAlready;
    private final boolean keepAliveWanted;
    private final boolean http10;
    private final boolean continueExpected;
    private final WriteGate gate;
    private final ReentrantLock streamLock = new ReentrantLock();
    private @Nullable Thread streamThread;
    private boolean streamEnding;
    private volatile boolean closeAfter;
    private volatile boolean refused;
    private volatile int status;
    private final AtomicLong sent = new AtomicLong();

    /** What the dispatcher knows of a request beside its content. */
    record Traits(
            boolean keepAlive,
            boolean http10,
            boolean continueExpected,
            @Nullable HttpFailure refusedAlready) {}

    Exchange(
            ServerCore core,
            RequestDispatcher dispatcher,
            ChannelHandlerContext context,
            Request request,
            BodyQueue body,
            Passport passport,
            Traits traits) {
        this.core = core;
        this.dispatcher = dispatcher;
        this.context = context;
        this.request = request;
        this.body = body;
        this.passport = passport;
        this.refusedAlready = traits.refusedAlready();
        this.keepAliveWanted = traits.keepAlive();
        this.http10 = traits.http10();
        this.continueExpected = traits.continueExpected();
        this.gate = new WriteGate(context.channel(), core.settings().patience());
    }

    Request request() {
        return request;
    }

    BodyQueue body() {
        return body;
    }

    Passport passport() {
        return passport;
    }

    /** The failure that was found before any filter could run. */
    @Nullable
    HttpFailure refusedAlready() {
        return refusedAlready;
    }

    boolean http10() {
        return http10;
    }

    boolean continueExpected() {
        return continueExpected;
    }

    WriteGate gate() {
        return gate;
    }

    boolean clientGone() {
        return !context.channel().isActive();
    }

    boolean headSent() {
        return status != 0;
    }

    /** The connection shall not be used for another request. */
    void closeAfter() {
        closeAfter = true;
    }

    /** Whether the connection can serve another request after this one; asked when the answer's head is written. */
    boolean keepAlive() {
        return keepAliveWanted && !closeAfter && !core.draining() && restIsSmall();
    }

    private boolean restIsSmall() {
        if (body.ended()) {
            return true;
        }
        if (continueExpected && !body.wasWanted()) {
            // The client may or may not send the body now; nobody can tell where the next request begins.
            return false;
        }
        long announced = request.body().announcedLength().orElse(Long.MAX_VALUE);
        return announced - body.received() <= MAX_DRAINED;
    }

    /** Handler's thread: sends the head, with more to follow. */
    void sendHead(HttpResponse head) {
        setStatus(head);
        context.executor().execute(() -> {
            passport.stamp(Station.FIRST_BYTE);
            context.write(head, context.voidPromise());
        });
    }

    /** Handler's thread: sends a piece of the body. */
    void send(HttpContent piece) {
        count(piece);
        context.writeAndFlush(piece, context.voidPromise());
    }

    /** Any thread: sends the last piece, or the whole answer, and ends the exchange. */
    void sendLast(boolean keepAlive, HttpResponse whole) {
        setStatus(whole);
        if (whole instanceof HttpContent content) {
            count(content);
        }
        end(keepAlive, whole);
    }

    /** Any thread: ends an answer whose head has been sent. */
    void sendEnd(boolean keepAlive) {
        end(keepAlive, LastHttpContent.EMPTY_LAST_CONTENT);
    }

    private void end(boolean keepAlive, Object last) {
        context.executor().execute(() -> {
            passport.stamp(Station.FIRST_BYTE);
            if (last instanceof HttpResponse && !(last instanceof LastHttpContent)) {
                context.write(last, context.voidPromise());
            }
            ChannelFuture written =
                    context.writeAndFlush(last instanceof LastHttpContent ? last : LastHttpContent.EMPTY_LAST_CONTENT);
            // Before the codec looks at the next request, which it does in a later task.
            dispatcher.answered(this, keepAlive, written);
        });
    }

    private void count(HttpContent piece) {
        if (!refused) {
            sent.addAndGet(piece.content().readableBytes());
        }
    }

    private void setStatus(HttpResponse head) {
        if (!refused) {
            status = head.status().code();
        }
    }

    /** Cuts the connection: the answer cannot be completed, and the client must be able to tell. */
    void abort() {
        context.close();
    }

    /** Runs a stream of events on this thread, which is interrupted when the client goes or the server drains. */
    void enterStream() {
        streamLock.lock();
        try {
            streamThread = Thread.currentThread();
            if (streamEnding || clientGone()) {
                streamThread.interrupt();
            }
        } finally {
            streamLock.unlock();
        }
    }

    void leaveStream() {
        streamLock.lock();
        try {
            streamThread = null;
            // An interrupt that came too late must not hit what follows.
            Thread.interrupted();
        } finally {
            streamLock.unlock();
        }
    }

    boolean streamEnding() {
        streamLock.lock();
        try {
            return streamEnding || clientGone();
        } finally {
            streamLock.unlock();
        }
    }

    /** Event loop: no more events shall be sent. */
    void endStream() {
        streamLock.lock();
        try {
            streamEnding = true;
            if (streamThread != null) {
                streamThread.interrupt();
            }
        } finally {
            streamLock.unlock();
        }
    }

    /** Event loop: the connection is closed. */
    void connectionClosed() {
        if (!passport.has(Station.DONE)) {
            passport.stamp(Station.GONE);
        }
        body.fail(new ClientGoneException("the client closed the connection"));
        request.clientGone();
        gate.changed();
        endStream();
    }

    /** Event loop: what the client got was not from us but a refusal; whatever is sent from now on does not reach it. */
    void refused(int refusalStatus, int bytes) {
        refused = true;
        status = refusalStatus;
        sent.set(bytes);
    }

    ChannelHandlerContext context() {
        return context;
    }

    /** For the access log: 499 stands for a client that went before it was answered. */
    AccessLine logLine() {
        String remote = request.attribute(Request.CLIENT_ADDRESS)
                .orElseGet(() -> request.remoteAddress().getAddress().getHostAddress());
        return new AccessLine(
                remote,
                request.method(),
                request.rawPath(),
                status == 0 ? 499 : status,
                sent.get(),
                request.id(),
                request.attribute(Request.USER).orElse(""),
                passport);
    }
}
