/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import dev.carrel.http.transport.LingeringClose;
import dev.carrel.http.transport.StrictHttp;
import dev.carrel.router.decide.Ask;
import dev.carrel.router.decide.Decision;
import dev.carrel.router.hop.HopProof;
import dev.carrel.router.hop.Place;
import dev.carrel.router.page.Notice;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection: has every request decided, answers those that need no target, makes an exchange of the others, and keeps or closes the
 * connection after. Last in its pipeline; event loop only.
 */
final class ClientHandler extends ChannelInboundHandlerAdapter implements Exchange.Owner {
    private static final Logger LOG = LoggerFactory.getLogger(ClientHandler.class);

    private final Door door;
    private final Channel client;
    /** Of connections from routers of other instances; null at the public door. */
    private final @Nullable HopProof gate;

    private HopProof.@Nullable Vouched vouched;
    private @Nullable Detour detour;
    private @Nullable Exchange exchange;
    private @Nullable StateStream stream;
    private @Nullable Passage passage;
    private boolean keepAlive = true;
    /** When the first byte of the latest head came. */
    private long headBegan = System.nanoTime();

    private LoopWatch.@Nullable Entry watch;

    /** What the log will say of the request under way. */
    private record Passage(
            Ask ask, Sender from, String kind, String user, String id, Passport passport, UserBounds.Place place) {}

    ClientHandler(Door door, Channel client, @Nullable HopProof gate) {
        this.gate = gate;
        this.door = door;
        this.client = client;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpRequest request) {
            request(request);
        } else if (message instanceof HttpContent content && exchange != null) {
            exchange.requestContent(content);
        } else if (message instanceof HttpContent content && detour != null) {
            detour.hold(content);
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (exchange != null) {
            exchange.requestReadComplete();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (exchange != null) {
            exchange.clientWritabilityChanged();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        // The beginning of a head, which RequestTimes watches; nothing else comes here.
        if (event == StrictHttp.HeadStarted.HEAD_STARTED) {
            headBegan = System.nanoTime();
        } else {
            LOG.trace("{}: {}", client, event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        unwatch();
        leaveDetour();
        Exchange unfinished = exchange;
        if (unfinished != null) {
            exchange = null;
            unfinished.abandon();
            log(unfinished.status(), unfinished.bytesIn(), unfinished.bytesOut());
        }
        if (passage != null && stream == null) {
            log(0, 0, 0);
        }
        StateStream followed = stream;
        if (followed != null) {
            stream = null;
            followed.gone();
            log(200, 0, followed.bytesOut());
        }
        // Nothing is left to log, unless making the exchange failed or it went while a page was looked for.
        log(0, 0, 0);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException) {
            LOG.debug("{}: {}", client, cause.getMessage());
        } else {
            LOG.error("{}: connection closed by an unexpected failure", client, cause);
        }
        client.close();
    }

    /** Part of stopping: a connection without a request under way is closed; the others close with their answer. */
    void drain() {
        if (stream != null) {
            stream.end();
        } else if (passage == null) {
            client.close();
        }
    }

    @Override
    public boolean closes() {
        return !keepAlive || door.draining() || exchange != null && !exchange.requestRead();
    }

    @Override
    public void answered(Exchange done, ChannelFuture written) {
        boolean close = closes();
        exchange = null;
        over(done.requestRead(), close, written);
        log(done.status(), done.bytesIn(), done.bytesOut());
    }

    @Override
    public void failed(Exchange done, Notice notice) {
        Detour way = detour;
        if (way != null && way.again(notice, done.requestRead())) {
            exchange = null;
            cross(way);
            return;
        }
        boolean close = closes();
        exchange = null;
        say(notice, done.ask(), done.requestRead(), close || done.ask().webSocket(), done.bytesIn());
    }

    @Override
    public void brokeOff(Exchange done) {
        exchange = null;
        client.close();
        log(done.status(), done.bytesIn(), done.bytesOut());
    }

    @Override
    public void switched(Exchange done, Upstream to) {
        Passage here = passage;
        exchange = null;
        passage = null;
        unwatch();
        door.traffic().left();
        Relay relay = new Relay(
                client,
                to.channel(),
                done.activity(),
                Uses.counted(done.forward()) ? new ClientFrames() : null,
                done.forward().claims(),
                door.silenceTimeout().toNanos(),
                ended -> {
                    door.sockets().remove(ended);
                    if (here != null) {
                        here.place().leave();
                        door.traffic().closed(line(here, 101, ended.bytesFromClient(), ended.bytesFromUpstream()));
                    }
                });
        door.sockets().add(relay, done.forward());
        // The codecs go last: what they still hold goes to the relay, which waits with it until both are gone.
        ChannelPipeline below = to.channel().pipeline();
        below.replace(to, "relay", relay.upstreamSide());
        ChannelPipeline above = client.pipeline();
        above.replace(this, "relay", relay.clientSide());
        DoorPipeline.bytesOnly(above);
        below.remove(Connector.CODEC);
        relay.start(door.watch(client.eventLoop()));
        if (door.draining()) {
            relay.close();
        }
    }

    private void request(HttpRequest request) {
        boolean bodyless = HttpUtil.getContentLength(request, 0L) == 0 && !HttpUtil.isTransferEncodingChunked(request);
        keepAlive = HttpUtil.isKeepAlive(request) && request.protocolVersion().equals(HttpVersion.HTTP_1_1);
        Ask ask = Ask.of(request);
        leaveDetour();
        if (gate != null) {
            vouched = gate.check(request).orElse(null);
            if (vouched == null) {
                answer(ask, door.answers().toPeer(door.notices().notVouched(), ask), false);
                return;
            }
        }
        switch (decide(ask)) {
            case Decision.Forward forward -> forward(request, ask, forward, bodyless);
            case Decision.Elsewhere(String name) -> {
                // Whose request it is, and how many of theirs are under way, is the other instance's matter.
                begin(ask, Decision.Kind.INSTANCE.label(), "", UserBounds.Place.UNCOUNTED);
                Detour way = new Detour(Objects.requireNonNull(door.hop()), request, ask, name, bodyless);
                detour = way;
                cross(way);
            }
            case Decision.Say(Notice notice)
            when gate != null -> answer(ask, door.answers().toPeer(notice, ask), bodyless && !ask.webSocket());
            case Decision.Say(Notice notice) -> {
                boolean mayKeep = bodyless && !ask.webSocket();
                begin(ask, "router", "", UserBounds.Place.UNCOUNTED);
                say(notice, ask, mayKeep, !mayKeep || !keepAlive || door.draining(), 0);
            }
            case Decision.Redirect(String location, String cookie) ->
                answer(ask, door.answers().redirect(location, cookie, ask), bodyless);
            case Decision.Used used -> {
                door.states().used(used);
                begin(ask, "state", used.claims().subject(), UserBounds.Place.UNCOUNTED);
                answer(ask, door.answers().noted(ask), bodyless);
            }
            case Decision.Script _ -> answer(ask, door.answers().script(ask), bodyless);
            case Decision.Follow follow -> follow(ask, follow, bodyless && Heads.isNew(request));
            case Decision.Alive _ -> answer(ask, door.answers().alive(ask), bodyless);
        }
    }

    private Decision decide(Ask ask) {
        HopProof.Vouched by = vouched;
        if (by == null) {
            return door.decider().decide(ask);
        }
        return by.call() ? door.decider().decideForCall(ask) : door.decider().decideForPeer(ask);
    }

    private void start(Exchange begun) {
        Passage here = passage;
        if (here != null) {
            begun.carries(here.passport());
        }
        exchange = begun;
        if (watch == null) {
            watch = door.watch(client.eventLoop()).add(this::look);
        }
        begun.start();
    }

    /** Asks where the session is; what the client sends meanwhile waits in its socket. */
    private void cross(Detour way) {
        client.config().setAutoRead(false);
        way.find(client.eventLoop(), place -> {
            if (detour == way && client.isActive()) {
                crossed(way, place);
            }
        });
    }

    private void crossed(Detour way, Place place) {
        Passage here = passage;
        if (here != null && place instanceof Place.There there) {
            Exchange begun = new Exchange(
                    door,
                    this,
                    client,
                    way.request(),
                    way.ask(),
                    way.to(there),
                    way.head(there, door.heads(), here.from(), here.id()));
            client.config().setAutoRead(true);
            start(begun);
            // It may have failed at once, and then another one is on its way.
            if (exchange == begun) {
                way.handOver(begun);
            }
            return;
        }
        leaveDetour();
        client.config().setAutoRead(true);
        answer(
                way.ask(),
                door.answers().notice(way.notice(place, door.notices()), way.ask()),
                way.bodyless() && !way.ask().webSocket());
    }

    private void leaveDetour() {
        Detour way = detour;
        if (way != null) {
            detour = null;
            way.release();
        }
    }

    private void follow(Ask ask, Decision.Follow follow, boolean mayStream) {
        if (!follow.stream() || !mayStream) {
            answer(ask, door.answers().state(door.states().news(follow), ask), mayStream);
            return;
        }
        StateStream begun =
                new StateStream(client, follow.session().host(), follow.claims(), door.states(), this::followed);
        if (door.draining() || !door.states().add(begun)) {
            answer(ask, door.answers().notice(door.notices().tooManyPages(), ask), true);
            return;
        }
        begin(ask, "state", follow.claims().subject(), UserBounds.Place.UNCOUNTED);
        stream = begun;
        begun.start(door.answers().events());
    }

    private void followed(StateStream ended, ChannelFuture written) {
        stream = null;
        over(true, !keepAlive || door.draining(), written);
        log(200, 0, ended.bytesOut());
    }

    private void forward(HttpRequest request, Ask ask, Decision.Forward forward, boolean bodyless) {
        UserBounds.Place place = door.users().enter(forward, sender(ask).client(), ask.webSocket());
        if (place == null) {
            Notice busy = door.notices().tooMany(ask.webSocket(), forward.claims() == null);
            answer(ask, door.answers().notice(busy, ask), bodyless && !ask.webSocket());
            return;
        }
        Passage here = begin(ask, forward.kind().label(), forward.user().orElse(""), place);
        start(new Exchange(
                door,
                this,
                client,
                request,
                ask,
                forward,
                door.heads().request(request, ask, forward, here.from(), here.id())));
    }

    private void answer(Ask ask, FullHttpResponse answer, boolean mayKeep) {
        if (passage == null) {
            begin(ask, "router", "", UserBounds.Place.UNCOUNTED);
        }
        tell(answer, mayKeep, !mayKeep || !keepAlive || door.draining(), 0);
    }

    private void say(Notice notice, Ask ask, boolean requestRead, boolean close, long bytesIn) {
        // An engine that passes on a call reads the code of the notice, and no page.
        boolean toEngine = vouched != null && vouched.call();
        if (toEngine || !door.errorPages().covers(notice, ask)) {
            tell(door.answers().notice(notice, ask), requestRead, close, bytesIn);
            return;
        }
        door.errorPages().find(notice.status(), ask, client.eventLoop(), found -> {
            if (client.isActive()) {
                FullHttpResponse answer = found.map(page -> door.answers().page(notice, page, ask))
                        .orElseGet(() -> door.answers().notice(notice, ask));
                tell(answer, requestRead, close, bytesIn);
            }
        });
    }

    private void tell(FullHttpResponse answer, boolean requestRead, boolean close, long bytesIn) {
        int status = answer.status().code();
        int length = answer.content().readableBytes();
        write(answer, requestRead, close);
        log(status, bytesIn, length);
    }

    private void write(FullHttpResponse answer, boolean requestRead, boolean close) {
        if (close) {
            answer.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        over(requestRead, close, client.writeAndFlush(answer));
    }

    /** A client that may still be sending must get to read the answer before the connection goes. */
    private void over(boolean requestRead, boolean close, ChannelFuture written) {
        if (!close) {
            client.config().setAutoRead(true);
        } else if (requestRead) {
            written.addListener(ChannelFutureListener.CLOSE);
        } else {
            written.addListener(_ -> LingeringClose.begin(client));
        }
    }

    private Passage begin(Ask ask, String kind, String user, UserBounds.Place place) {
        HopProof.Vouched by = vouched;
        Passage begun = new Passage(
                ask,
                sender(ask),
                kind,
                user,
                by == null ? door.nextId() : by.requestId(),
                new Passport(headBegan),
                place);
        begun.passport().pass(Passport.Station.DECIDED);
        passage = begun;
        door.traffic().began(ask.webSocket());
        return begun;
    }

    private Sender sender(Ask ask) {
        HopProof.Vouched by = vouched;
        Sender from = door.proxies().sender(client, ask.headers());
        return by == null ? from : new Sender(from.peer(), by.clientAddress(), from.scheme());
    }

    private void log(int status, long bytesIn, long bytesOut) {
        Passage here = passage;
        passage = null;
        if (here != null) {
            here.place().leave();
            here.passport().pass(Passport.Station.OVER);
            door.traffic().ended(line(here, status, bytesIn, bytesOut));
        }
    }

    private AccessLine line(Passage of, int status, long bytesIn, long bytesOut) {
        return new AccessLine(
                of.from().client(),
                of.ask().method().name(),
                String.valueOf(of.ask().headers().get(HttpHeaderNames.HOST)),
                of.ask().target(),
                status,
                bytesIn,
                bytesOut,
                (System.nanoTime() - of.passport().began()) / 1e6,
                of.kind(),
                of.user(),
                of.id(),
                door.wantsPassport(status, of.passport()) ? of.passport() : null);
    }

    private void unwatch() {
        LoopWatch.Entry entry = watch;
        if (entry != null) {
            watch = null;
            entry.remove();
        }
    }

    private void look() {
        Exchange now = exchange;
        if (now != null) {
            now.look();
        }
    }
}
