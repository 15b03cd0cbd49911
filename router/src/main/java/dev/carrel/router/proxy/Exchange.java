/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import dev.carrel.router.decide.Ask;
import dev.carrel.router.decide.Decision.Forward;
import dev.carrel.router.decide.Decision.Kind;
import dev.carrel.router.hop.HopProof;
import dev.carrel.router.page.Notice;
import dev.carrel.router.route.Activity;
import dev.carrel.router.route.Route;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request on its way to a target, and the answer on its way back. Pieces are passed on as they come; nothing is gathered. Whoever cannot take
 * more makes the other side wait: a side is only read while its peer is writable. Memory in use is thus bounded by the water marks of two
 * sockets and what one read had brought.
 *
 * <p>A request is sent a second time only when no byte of an answer came, the connection had been resting in the pool, and sending it twice
 * does no harm. An answer that breaks off after its head was passed on ends the client's connection, so that no one takes the half
 * for the whole. Event loop only.
 */
final class Exchange implements Upstream.User, Connector.Outcome {
    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);
    /** So many interim answers may precede an answer; a server at work tells so every few seconds at most. */
    private static final int MAX_INTERIM = 64;

    private static final Set<HttpMethod> REPEATABLE = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

    private final Door door;
    private final Owner owner;
    private final Channel client;
    private final LoopPool pool;
    private final HttpRequest asked;
    private final Ask ask;
    private final Forward forward;
    private final HttpRequest sent;
    private final @Nullable Activity activity;
    private final boolean mayRepeat;
    /** Adds to the pages that people open in their sessions; null for all else. */
    private final @Nullable HtmlHead page;

    private final Deque<HttpContent> waiting = new ArrayDeque<>();
    private @Nullable Upstream upstream;
    private boolean requestRead;
    private boolean interim;
    private int interims;
    private boolean early;
    private boolean switching;
    private boolean anyAnswer;
    private boolean headPassed;
    private boolean upstreamKeepsAlive;
    private boolean over;
    private long lastProgress = System.nanoTime();
    private Passport passport = new Passport(lastProgress);
    private long bytesIn;
    private long bytesOut;
    private int status;

    /** The client's connection, which is told how it ends; exactly one of the four, once. */
    interface Owner {
        /** Whether the connection ends with this answer. */
        boolean closes();

        /** The answer's last piece is on its way. */
        void answered(Exchange exchange, ChannelFuture written);

        /** Nothing was answered yet: the owner says this. */
        void failed(Exchange exchange, Notice notice);

        /** The answer broke off; the connection must end. */
        void brokeOff(Exchange exchange);

        /** From now on bytes are relayed; the owner steps aside. */
        void switched(Exchange exchange, Upstream to);
    }

    Exchange(Door door, Owner owner, Channel client, HttpRequest asked, Ask ask, Forward forward, HttpRequest sent) {
        this.door = door;
        this.owner = owner;
        this.client = client;
        this.pool = door.pool(client.eventLoop());
        this.asked = asked;
        this.ask = ask;
        this.forward = forward;
        this.sent = sent;
        this.activity =
                Optional.ofNullable(forward.route()).map(Route::activity).orElse(null);
        this.mayRepeat = REPEATABLE.contains(asked.method())
                && HttpUtil.getContentLength(asked, 0L) == 0
                && !HttpUtil.isTransferEncodingChunked(asked);
        this.page = door.banner() && forward.kind() == Kind.ORIGIN && forward.port() == null && ask.opensPage()
                ? new HtmlHead(client)
                : null;
        if (page != null) {
            HtmlHead.prepare(sent);
        }
    }

    Ask ask() {
        return ask;
    }

    /** Where it is to note when it passes which station. */
    void carries(Passport other) {
        passport = other;
    }

    Forward forward() {
        return forward;
    }

    boolean requestRead() {
        return requestRead;
    }

    @Nullable
    Activity activity() {
        return activity;
    }

    int status() {
        return status;
    }

    long bytesIn() {
        return bytesIn;
    }

    long bytesOut() {
        return page == null ? bytesOut : bytesOut + page.added();
    }

    void start() {
        Upstream resting = pool.take(Peer.of(forward), mayRepeat);
        if (resting != null) {
            door.traffic().reused();
            passport.reused();
            send(resting);
        } else {
            connect();
        }
    }

    /** A piece of the request's body. */
    void requestContent(HttpContent content) {
        if (over) {
            content.release();
            return;
        }
        progress();
        bytesIn += content.content().readableBytes();
        requestRead = content instanceof LastHttpContent;
        if (requestRead) {
            passport.pass(Passport.Station.UPLOADED);
        }
        Upstream to = upstream;
        if (mayRepeat) {
            // It has no body; its end is written with its head, each time it is sent.
            content.release();
        } else if (to == null) {
            waiting.add(content);
        } else {
            to.channel().write(content);
        }
        readClientIfWanted();
    }

    void requestReadComplete() {
        if (upstream != null) {
            upstream.channel().flush();
        }
    }

    void clientWritabilityChanged() {
        if (upstream != null) {
            upstream.channel().config().setAutoRead(client.isWritable());
        }
    }

    /** The client went, or its connection must end: the target shall know it, too. */
    void abandon() {
        over = true;
        releaseWaiting();
        if (page != null) {
            page.release();
        }
        if (upstream != null) {
            upstream.abandon();
        }
    }

    /** Acts when a limit has been reached. */
    void look() {
        long since = System.nanoTime() - lastProgress;
        boolean thinking = requestRead && !headPassed;
        long limit = (thinking ? door.responseTimeout() : door.silenceTimeout()).toNanos();
        if (since < limit) {
            return;
        }
        if (headPassed) {
            breakOff();
        } else {
            fail(door.failures().tooSlow());
        }
    }

    @Override
    public void connected(Upstream fresh) {
        door.traffic().connected();
        if (over) {
            fresh.abandon();
        } else {
            send(fresh);
        }
    }

    @Override
    public void failed(Throwable cause) {
        door.traffic().connectFailed();
        LOG.debug("{}: {}", forward.target(), cause.getMessage());
        if (!over) {
            fail(door.failures().unreachable(forward, cause));
        }
    }

    @Override
    public void head(HttpResponse response) {
        anyAnswer = true;
        passport.pass(Passport.Station.ANSWERED);
        progress();
        if (response.decoderResult().isFailure()) {
            Notice odd = door.failures().oddAnswer(forward, response.decoderResult());
            LOG.warn("{}: {}", forward.target(), odd.message());
            fail(odd);
        } else if (response.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
            switching = ask.webSocket() && Heads.switches(response);
            if (switching) {
                status = 101;
                client.writeAndFlush(door.heads().informational(response, forward));
            } else {
                LOG.warn("{} switched protocols unasked", forward.target());
                fail(door.failures().oddAnswer(forward, "It switched to a protocol that nobody had asked for."));
            }
        } else if (Heads.interim(response)) {
            interim = true;
            if (++interims > MAX_INTERIM) {
                LOG.warn("{} sent more than {} interim answers", forward.target(), MAX_INTERIM);
                fail(door.failures().oddAnswer(forward, "It sent interim answers without end."));
            } else {
                passInterim(response);
            }
        } else {
            passHead(response);
        }
    }

    @Override
    public void content(HttpContent content) {
        if (over) {
            content.release();
            return;
        }
        progress();
        boolean last = content instanceof LastHttpContent;
        if (interim || switching) {
            interim = interim && !last;
            content.release();
            if (switching && last) {
                switchOver();
            }
            return;
        }
        if (content.decoderResult().isFailure()) {
            content.release();
            breakOff();
            return;
        }
        bytesOut += content.content().readableBytes();
        if (last) {
            finish(Heads.end((LastHttpContent) content));
            return;
        }
        if (page == null) {
            client.write(content);
        } else {
            page.content(content);
        }
        if (!client.isWritable() && upstream != null) {
            upstream.channel().config().setAutoRead(false);
        }
    }

    @Override
    public void readComplete() {
        client.flush();
    }

    @Override
    public void writabilityChanged() {
        readClientIfWanted();
    }

    @Override
    public void lost() {
        Upstream gone = upstream;
        upstream = null;
        if (over || gone == null) {
            return;
        }
        if (headPassed || switching) {
            breakOff();
        } else if (gone.reused() && mayRepeat && !anyAnswer) {
            door.traffic().repeated();
            connect();
        } else {
            fail(door.failures().brokenOff(forward));
        }
    }

    private void connect() {
        if (!requestRead && !mayRepeat) {
            client.config().setAutoRead(false);
        }
        door.connector(forward.kind()).connect(forward.target(), client.eventLoop(), this);
    }

    private void send(Upstream to) {
        upstream = to;
        passport.pass(Passport.Station.CONNECTED);
        progress();
        to.use(this);
        // Written again as it is when repeated: the head has no content that could have been released.
        to.channel().write(sent);
        if (mayRepeat) {
            to.channel().write(LastHttpContent.EMPTY_LAST_CONTENT);
        } else {
            for (HttpContent content = waiting.poll(); content != null; content = waiting.poll()) {
                to.channel().write(content);
            }
        }
        to.channel().flush();
        passport.pass(Passport.Station.SENT);
        clientWritabilityChanged();
        readClientIfWanted();
    }

    private void readClientIfWanted() {
        boolean wanted = requestRead || upstream != null && upstream.channel().isWritable();
        if (!over && !mayRepeat) {
            client.config().setAutoRead(wanted);
        }
    }

    private void passInterim(HttpResponse response) {
        boolean wanted = response.status().code() != 100 || HttpUtil.is100ContinueExpected(asked);
        if (wanted && Heads.isNew(asked)) {
            FullHttpResponse passed =
                    new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, response.status(), Unpooled.EMPTY_BUFFER);
            passed.headers().set(door.heads().informational(response, forward).headers());
            client.write(passed);
        }
    }

    private void passHead(HttpResponse response) {
        if (forward.kind() == Kind.INSTANCE && response.headers().contains(HopProof.HEADER)) {
            fail(door.notices().notThere());
            return;
        }
        headPassed = true;
        early = unsentBody();
        status = response.status().code();
        door.failures().answers(forward);
        if (activity != null && status < 300) {
            activity.touch();
            if (Uses.shown(ask, forward, door.banner())) {
                activity.use();
            }
        }
        upstreamKeepsAlive = HttpUtil.isKeepAlive(response);
        boolean delimited = HttpUtil.isContentLengthSet(response) || Heads.isNew(asked);
        HttpResponse passed = door.heads().response(response, asked, forward, owner.closes() || !delimited);
        if (page == null) {
            client.write(passed);
        } else {
            page.head(passed);
        }
    }

    /**
     * Whether the answer began before the whole body had been sent: a server that answers without reading it may take the rest for the next request, so
     * nobody shall come after it on this connection.
     */
    private boolean unsentBody() {
        if (mayRepeat || upstream == null) {
            return false;
        }
        ChannelOutboundBuffer unsent = upstream.channel().unsafe().outboundBuffer();
        return !requestRead || unsent != null && unsent.totalPendingWriteBytes() > 0;
    }

    private void finish(LastHttpContent last) {
        over = true;
        passport.pass(Passport.Station.COMPLETE);
        releaseWaiting();
        Upstream from = upstream;
        upstream = null;
        if (from != null) {
            if (requestRead && upstreamKeepsAlive && !early && from.inStep()) {
                pool.put(Peer.of(forward), from);
            } else {
                from.abandon();
            }
        }
        ChannelFuture written = page == null ? client.write(last) : page.end(last);
        client.flush();
        owner.answered(this, written);
    }

    private void switchOver() {
        Upstream to = upstream;
        if (to == null) {
            return;
        }
        over = true;
        upstream = null;
        owner.switched(this, to);
    }

    private void fail(Notice notice) {
        abandon();
        upstream = null;
        status = notice.status();
        owner.failed(this, notice);
    }

    private void breakOff() {
        abandon();
        upstream = null;
        owner.brokeOff(this);
    }

    private void progress() {
        lastProgress = System.nanoTime();
        if (activity != null && (bytesIn > 0 || headPassed && status < 300)) {
            activity.touch();
        }
    }

    private void releaseWaiting() {
        waiting.forEach(ReferenceCountUtil::release);
        waiting.clear();
    }
}
