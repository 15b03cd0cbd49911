/* Copyright the Carrel authors. */
package dev.carrel.router.restart;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.carrel.chassis.boot.Service;
import dev.carrel.chassis.boot.Succession;
import dev.carrel.chassis.site.DataFolder;
import dev.carrel.router.acme.Ordering;
import dev.carrel.router.control.ControlApi;
import dev.carrel.router.proxy.PublicDoor;
import dev.carrel.router.proxy.RedirectDoor;
import dev.carrel.router.route.Activity;
import dev.carrel.router.route.RevocationStore;
import dev.carrel.router.route.Route;
import dev.carrel.router.route.RouteStore;
import dev.carrel.router.route.RouteTable;
import dev.carrel.router.settings.RouterSettings;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives this router's place to the next process that asks for it. First the control API, the health page, routes and revocations, which only one may
 * have; the public port is served on meanwhile. When the next one serves, this one accepts what the kernel had already given to it, stops listening,
 * lets every connection end by itself (WebSockets up to {@code router.drain-websockets}) and ends. Until then it follows the revocations
 * on the disk, so that signing out ends WebSockets here, too, and tells the next one which routes are in use here.
 */
@Singleton
public final class Handover implements Service {
    private static final Logger LOG = LoggerFactory.getLogger(Handover.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Longer than {@link PublicDoor#handOver} goes on listening. */
    private static final Duration SETTLED = Duration.ofSeconds(5);

    private static final Duration REPORT = Duration.ofSeconds(10);

    private final Path socket;
    private final RouterSettings settings;
    private final Takeover takeover;
    private final ControlApi control;
    private final RouteStore store;
    private final RevocationStore revocations;
    private final RouteTable table;
    private final PublicDoor door;
    private final RedirectDoor redirect;
    private final Ordering certificates;
    private final Succession succession;
    private final Ending ending;
    private @Nullable ServerSocketChannel listening;
    private volatile long started;
    private boolean released;
    private volatile boolean stopped;

    /** Ends this process. Called once, when nothing is left to do; need not return. */
    @FunctionalInterface
    public interface Ending {
        /** Ends it. */
        void end();
    }

    /** Does nothing before {@link #start}. */
    @Inject
    Handover(
            DataFolder data,
            RouterSettings settings,
            Takeover takeover,
            ControlApi control,
            RouteStore store,
            RevocationStore revocations,
            RouteTable table,
            PublicDoor door,
            RedirectDoor redirect,
            Ordering certificates,
            Succession succession,
            Ending ending) {
        this.socket = Takeover.socket(data);
        this.settings = settings;
        this.takeover = takeover;
        this.control = control;
        this.store = store;
        this.revocations = revocations;
        this.table = table;
        this.door = door;
        this.redirect = redirect;
        this.certificates = certificates;
        this.succession = succession;
        this.ending = ending;
    }

    /** The last of the services: everything is served. */
    @Override
    public void start() throws IOException {
        try {
            Files.createDirectories(socket.getParent());
            Files.deleteIfExists(socket);
            ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            channel.bind(UnixDomainSocketAddress.of(socket));
            listening = channel;
            Thread.ofVirtual().name("handover").start(() -> accept(channel));
        } catch (IOException e) {
            LOG.warn(
                    "{} cannot be opened ({}): this router can be restarted only with connections dropped",
                    socket,
                    e.toString());
        }
        started = System.nanoTime();
        takeover.serving();
    }

    @Override
    public void stop() throws IOException {
        stopped = true;
        ServerSocketChannel channel = listening;
        if (channel != null && channel.isOpen()) {
            channel.close();
            Files.deleteIfExists(socket);
        }
    }

    private void accept(ServerSocketChannel channel) {
        while (channel.isOpen()) {
            try {
                SocketChannel other = channel.accept();
                Thread.ofVirtual().name("handover").start(() -> serve(other));
            } catch (ClosedChannelException _) {
                return;
            } catch (IOException e) {
                LOG.warn("{}: {}", socket, e.toString());
                return;
            }
        }
    }

    private void serve(SocketChannel channel) {
        try (Wire other = new Wire(channel)) {
            String line = other.receive();
            if (line.startsWith(Wire.ACTIVE)) {
                touch(JSON.readTree(line.substring(Wire.ACTIVE.length())), Activity::touch);
            } else if (line.startsWith(Wire.USED)) {
                touch(JSON.readTree(line.substring(Wire.USED.length())), Activity::use);
            } else if (line.equals(Wire.TAKE_OVER)) {
                settle();
                release();
                other.send(Wire.RELEASED);
                if (other.receive().equals(Wire.SERVING)) {
                    drain();
                }
            }
        } catch (IOException e) {
            LOG.warn("no other router took over: {}", e.getMessage());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Lets the one before this stop listening first: the kernel tells two sockets on a port apart, not three. */
    private void settle() throws InterruptedException {
        long left = SETTLED.toNanos() - (System.nanoTime() - started);
        if (takeover.underWay() && left > 0) {
            TimeUnit.NANOSECONDS.sleep(left);
        }
    }

    /** Whoever has been asked once has given up: the next that asks finds everything free. */
    private synchronized void release() throws IOException {
        if (released) {
            return;
        }
        released = true;
        LOG.info("another router takes the place of this one");
        control.stop();
        store.stop();
        revocations.follow();
        succession.giveUp();
    }

    private void drain() throws IOException, InterruptedException {
        ServerSocketChannel channel = listening;
        if (channel != null) {
            // Its path is the next one's by now.
            channel.close();
        }
        LOG.info(
                "the other router serves; this one ends when its connections have, after {} at the latest",
                settings.drainWebsockets());
        Thread.ofVirtual().name("activity").start(this::report);
        // The authority's questions reach the next one by now.
        certificates.giveUp();
        redirect.handOver();
        door.handOver(settings.drainWebsockets());
        ending.end();
    }

    /** Tells whoever has the place now which routes are used here, so that no session is taken for idle because its WebSocket stayed behind. */
    private void report() {
        Instant since = Instant.now();
        try {
            while (!stopped) {
                Thread.sleep(REPORT);
                Instant now = Instant.now();
                tellOf(Wire.ACTIVE, Activity::last, since);
                tellOf(Wire.USED, Activity::used, since);
                since = now;
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (JsonProcessingException e) {
            LOG.error("writing JSON to memory", e);
        }
    }

    private void tellOf(String what, Function<Activity, Instant> latest, Instant since) throws JsonProcessingException {
        ArrayNode paths = JSON.createArrayNode();
        for (Route route : table.all()) {
            if (!latest.apply(route.activity()).isBefore(since)) {
                paths.add(route.path());
            }
        }
        if (!paths.isEmpty()) {
            tell(what + JSON.writeValueAsString(paths));
        }
    }

    private void tell(String line) {
        try (Wire next = Wire.to(socket)) {
            next.send(line);
        } catch (IOException e) {
            LOG.debug("the next router does not listen: {}", e.getMessage());
        }
    }

    private void touch(JsonNode paths, Consumer<Activity> how) {
        for (JsonNode path : paths) {
            table.get(path.asText()).ifPresent(route -> how.accept(route.activity()));
        }
    }
}
