/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import dev.carrel.chassis.boot.Service;
import dev.carrel.chassis.log.LogSettings;
import dev.carrel.chassis.ops.Health;
import dev.carrel.chassis.site.InstanceSettings;
import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.http.log.RequestLog;
import dev.carrel.http.transport.Transport;
import dev.carrel.protocol.signed.SignedValues;
import dev.carrel.router.decide.Decider;
import dev.carrel.router.http2.Http2Front;
import dev.carrel.router.page.Notices;
import dev.carrel.router.route.RevocationStore;
import dev.carrel.router.route.RouteTable;
import dev.carrel.router.settings.ProxySettings;
import dev.carrel.router.settings.RouterSettings;
import dev.carrel.router.settings.TlsSettings;
import dev.carrel.router.tls.TlsFront;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.Channel;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens on the public port. Started and stopped by the process; while it stops, requests under way are finished and WebSockets are closed after
 * them.
 */
@Singleton
public final class PublicDoor implements Service {
    private static final Logger LOG = LoggerFactory.getLogger(PublicDoor.class);

    /** Longer than the kernel takes to finish a connection that was begun before everything new went elsewhere. */
    private static final Duration LATECOMERS = Duration.ofSeconds(2);

    private final SiteSettings site;
    private final Duration drain;
    private final Transport transport;
    private final RequestLog<AccessLine> accessLog;
    private final OpenSockets sockets;
    private final Predecessor predecessor;
    private final Traffic traffic;
    private final Door door;
    private final DoorPipeline pipeline;
    private final @Nullable Hop hop;
    private final @Nullable HopPipeline forPeers;
    private volatile @Nullable Channel listening;
    private volatile @Nullable Channel listeningForPeers;

    /** Does not listen before {@link #start}. */
    @Inject
    PublicDoor(
            SiteSettings site,
            InstanceSettings instance,
            RouterSettings settings,
            ProxySettings proxy,
            LogSettings logging,
            Loops loops,
            Decider decider,
            Notices notices,
            RouteTable table,
            RevocationStore revocations,
            TlsSettings tlsSettings,
            TlsFront tls,
            SignedValues signing,
            Clock clock,
            MeterRegistry metrics,
            Health health,
            Predecessor predecessor) {
        this.predecessor = predecessor;
        this.site = site;
        this.drain = settings.drain();
        this.transport = loops.transport();
        this.sockets = new OpenSockets(table);
        boolean json = logging.format() == LogSettings.Format.JSON;
        this.accessLog = new RequestLog<>();
        this.traffic = new Traffic(metrics, accessLog);
        TargetTls targets = new TargetTls(proxy, settings.connectTimeout());
        this.hop = instance.alone()
                ? null
                : new Hop(instance, site, signing, clock, transport, targets, settings.connectTimeout());
        StateStreams states = new StateStreams(table, notices, revocations, clock);
        Connector connector = new Connector(transport, targets, settings.connectTimeout());
        this.door = new Door(
                decider,
                notices,
                new Heads(site, proxy, new IdentityHeader(settings, signing, clock)),
                new TrustedProxies(site, settings),
                new LocalAnswers(site),
                connector,
                ErrorPages.of(proxy, connector),
                traffic,
                sockets,
                states,
                hop,
                settings,
                json);
        this.pipeline = new DoorPipeline(door, settings, tlsSettings, tls);
        this.forPeers = hop == null ? null : new HopPipeline(door, hop, settings);
        table.onLeave(door::left);
        revocations.onChange(() -> sockets.closeIf(revocations::revoked));
        DoorMetrics.register(metrics, door, pipeline.bounds(), table, clock);
        Gauge.builder("carrel.router.user.places", door.users(), users -> users.held())
                .description(
                        "Requests under way and WebSockets that count towards the bounds of a person or an address")
                .register(metrics);
        FunctionCounter.builder("carrel.router.user.refusals", door.users(), users -> users.refused())
                .description("Requests and WebSockets refused because their person or address had too many under way")
                .register(metrics);
        health.add("listening", this::fault);
    }

    @Override
    public void start() {
        accessLog.start();
        if (hop != null && forPeers != null) {
            listeningForPeers =
                    transport.bindShared(hop.bind(), hop.port(), "instance.hop-port", forPeers, predecessor.listens());
        }
        listening = transport.bindShared(site.bind(), site.port(), "site.port", pipeline, predecessor.listens());
    }

    /** The port it listens on. */
    public int port() {
        Channel here = listening;
        if (here == null) {
            throw new IllegalStateException("the door is not open");
        }
        return ((InetSocketAddress) here.localAddress()).getPort();
    }

    /**
     * Another process listens on the port now, and everything new goes there: accepts what had come here before, stops listening and has every
     * connection end by itself; a client's next answer on it says that it closes. Returns when all have ended, or after the given time;
     * {@link #stop} ends the rest. Blocks.
     */
    public void handOver(Duration atMost) throws InterruptedException {
        Channel here = listening;
        if (here == null) {
            return;
        }
        door.drain();
        Thread.sleep(LATECOMERS);
        here.close().awaitUninterruptibly();
        for (Channel client : door.clients()) {
            client.eventLoop().execute(() -> Http2Front.retire(client));
        }
        door.states().endAll();
        if (!door.clients().newCloseFuture().await(atMost.toNanos(), TimeUnit.NANOSECONDS)) {
            LOG.info("connections are still open after {} and are closed", atMost);
        }
    }

    @Override
    public void stop() throws InterruptedException {
        Channel here = listening;
        if (here == null) {
            return;
        }
        here.close().awaitUninterruptibly();
        Channel peers = listeningForPeers;
        if (peers != null) {
            peers.close().awaitUninterruptibly();
        }
        door.drain();
        for (Channel client : door.clients()) {
            client.eventLoop().execute(() -> DoorPipeline.drain(client));
        }
        traffic.awaitQuiet(drain.toNanos());
        int left = traffic.underWay();
        if (left > 0) {
            LOG.warn("{} requests were still under way after {} and are cut off", left, drain);
        }
        sockets.closeAll();
        door.clients().close().awaitUninterruptibly(2_000);
        if (hop != null) {
            hop.close();
        }
        accessLog.close();
    }

    private Optional<String> fault() {
        Channel here = listening;
        return here != null && here.isOpen() ? Optional.empty() : Optional.of("port " + site.port() + " is not open");
    }
}
