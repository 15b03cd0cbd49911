/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import dev.carrel.router.decide.Decider;
import dev.carrel.router.decide.Decision;
import dev.carrel.router.page.Notices;
import dev.carrel.router.route.Route;
import dev.carrel.router.settings.RouterSettings;
import io.netty.channel.EventLoop;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What all connections of the door share. Any thread, but a pool belongs to its loop. */
final class Door {
    private final Decider decider;
    private final Notices notices;
    private final Heads heads;
    private final TrustedProxies proxies;
    private final LocalAnswers answers;
    private final Connector connector;
    private final ErrorPages errorPages;
    private final Traffic traffic;
    private final OpenSockets sockets;
    private final StateStreams states;
    private final UserBounds users;
    private final TargetFailures failures;
    private final @Nullable Hop hop;
    private final RouterSettings settings;
    private final Map<EventLoop, LoopPool> pools = new ConcurrentHashMap<>();
    private final Map<EventLoop, LoopWatch> watches = new ConcurrentHashMap<>();
    private final ChannelGroup clients = new DefaultChannelGroup("clients", GlobalEventExecutor.INSTANCE, true);
    private final String idPrefix = HexFormat.of().toHexDigits(new SecureRandom().nextInt()) + "-";
    private final AtomicLong ids = new AtomicLong();
    private final boolean allPassports;
    private volatile boolean draining;

    Door(
            Decider decider,
            Notices notices,
            Heads heads,
            TrustedProxies proxies,
            LocalAnswers answers,
            Connector connector,
            ErrorPages errorPages,
            Traffic traffic,
            OpenSockets sockets,
            StateStreams states,
            @Nullable Hop hop,
            RouterSettings settings,
            boolean allPassports) {
        this.allPassports = allPassports;
        this.decider = decider;
        this.notices = notices;
        this.heads = heads;
        this.proxies = proxies;
        this.answers = answers;
        this.connector = connector;
        this.errorPages = errorPages;
        this.traffic = traffic;
        this.sockets = sockets;
        this.states = states;
        this.hop = hop;
        this.settings = settings;
        this.users = new UserBounds(
                settings.maxRequestsPerUser(), settings.maxWebsocketsPerUser(), settings.maxEngineRequestsPerAddress());
        this.failures = new TargetFailures(notices, states);
    }

    Decider decider() {
        return decider;
    }

    Notices notices() {
        return notices;
    }

    Heads heads() {
        return heads;
    }

    TrustedProxies proxies() {
        return proxies;
    }

    LocalAnswers answers() {
        return answers;
    }

    /** Who connects to targets of this kind. */
    Connector connector(Decision.Kind kind) {
        Hop way = hop;
        return kind == Decision.Kind.INSTANCE && way != null ? way.connector() : connector;
    }

    /** The way to other instances; null when this is the only one. */
    @Nullable
    Hop hop() {
        return hop;
    }

    ErrorPages errorPages() {
        return errorPages;
    }

    Traffic traffic() {
        return traffic;
    }

    OpenSockets sockets() {
        return sockets;
    }

    StateStreams states() {
        return states;
    }

    TargetFailures failures() {
        return failures;
    }

    UserBounds users() {
        return users;
    }

    Duration responseTimeout() {
        return settings.responseTimeout();
    }

    Duration silenceTimeout() {
        return settings.silenceTimeout();
    }

    /** Whether sessions' pages are given a banner that tells of their end. */
    boolean banner() {
        return settings.sessionBanner();
    }

    ChannelGroup clients() {
        return clients;
    }

    LoopPool pool(EventLoop loop) {
        return pools.computeIfAbsent(
                loop, here -> new LoopPool(here, settings.poolPerTarget(), settings.poolTotal(), settings.poolIdle()));
    }

    LoopWatch watch(EventLoop loop) {
        return watches.computeIfAbsent(loop, here -> {
            Duration shortest =
                    responseTimeout().compareTo(silenceTimeout()) < 0 ? responseTimeout() : silenceTimeout();
            return new LoopWatch(here, shortest);
        });
    }

    /** A route leads elsewhere now, or is gone: what rests of connections to where it led is closed. */
    void left(Route route) {
        Peer.of(route).ifPresent(peer -> pools.forEach((loop, pool) -> loop.execute(() -> pool.leave(peer))));
    }

    String nextId() {
        return idPrefix + Long.toString(ids.incrementAndGet(), 36);
    }

    /** Whether the log says where the time of a request went: of every slow or failed one, and of all where machines read it. */
    boolean wantsPassport(int status, Passport passport) {
        return allPassports
                || status == 0
                || status >= 500
                || passport.nanos() >= settings.slowRequest().toNanos();
    }

    /** Connections to targets that rest in the pools, about. */
    int resting() {
        return pools.values().stream().mapToInt(LoopPool::size).sum();
    }

    boolean draining() {
        return draining;
    }

    void drain() {
        draining = true;
    }
}
