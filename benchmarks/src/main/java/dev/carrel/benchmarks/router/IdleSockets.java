/* Copyright the Carrel authors. */
package dev.carrel.benchmarks.router;

import io.netty.channel.Channel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * What 5,000 WebSockets that rest cost in memory, and whether everything comes back: once when their clients close them, and once when nobody is
 * left at the other end and only the limit of silence can tell. Each door is a fresh process that has had some WebSockets before.
 */
final class IdleSockets {
    private static final int COUNT = 5000;
    private static final int SILENCE_SECONDS = 12;

    private final Path distribution;
    private final Programs programs;
    private final Doors doors;
    private final Load load;
    private final int echoPort;

    IdleSockets(Path distribution, Programs programs, Doors doors, Load load, int echoPort) {
        this.distribution = distribution;
        this.programs = programs;
        this.doors = doors;
        this.load = load;
        this.echoPort = echoPort;
    }

    void run() throws IOException, InterruptedException {
        System.out.printf(Locale.ROOT, "%d idle WebSockets%n", COUNT);
        OurRouter ours = ours(Map.of());
        hold(ours.plain(), ours);
        hold(doors.nginx(echoPort), null);
        hold(doors.haproxy(echoPort), null);
        hold(doors.chp(echoPort), null);
        abandon(ours(Map.of("CARREL_ROUTER_SILENCE_TIMEOUT", SILENCE_SECONDS + "s")));
    }

    private OurRouter ours(Map<String, String> settings) throws IOException, InterruptedException {
        Map<String, String> environment = new java.util.HashMap<>(settings);
        // Here they all come from one address.
        environment.put("CARREL_ROUTER_MAX_CONNECTIONS_PER_ADDRESS", "16384");
        OurRouter ours = new OurRouter(distribution, programs, environment);
        ours.routes(doors.backendPort(), echoPort);
        return ours;
    }

    private void hold(Peer peer, @org.jspecify.annotations.Nullable OurRouter ours)
            throws IOException, InterruptedException {
        load.close(load.webSockets(peer, 500));
        pause(2);
        long heapBefore = ours == null ? 0 : ours.liveHeapKib();
        long before = peer.residentKib();
        List<Channel> open = load.webSockets(peer, COUNT);
        pause(2);
        long during = peer.residentKib();
        String heap = ours == null
                ? ""
                : String.format(
                        Locale.ROOT,
                        ", of which %.1f KiB live objects",
                        (ours.liveHeapKib() - heapBefore) / (double) COUNT);
        load.close(open);
        System.out.printf(
                Locale.ROOT,
                "  %-18s %.1f KiB each (resident %d MiB before, %d MiB with them)%s%n",
                peer.name(),
                (during - before) / (double) COUNT,
                before / 1024,
                during / 1024,
                heap);
        programs.stop(peer.process());
    }

    /** The clients are there but never say another word and never close: to the router the same as if they were gone. */
    private void abandon(OurRouter ours) throws IOException, InterruptedException {
        Peer peer = ours.plain();
        load.close(load.webSockets(peer, 500));
        pause(2);
        long heapBefore = ours.liveHeapKib();
        long before = peer.descriptors();
        List<Channel> open = load.webSockets(peer, COUNT);
        long with = peer.descriptors();
        long begin = System.nanoTime();
        while (peer.descriptors() > before + COUNT / 100
                && System.nanoTime() - begin < 4L * SILENCE_SECONDS * 1_000_000_000L) {
            pause(0.5);
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        pause(1);
        System.out.printf(
                Locale.ROOT,
                "%d abandoned WebSockets, limit of silence %d s%n  gone after %.1f s: descriptors %d before, %d with them, %d after; live heap %d KiB before, %d KiB after%n",
                COUNT,
                SILENCE_SECONDS,
                seconds,
                before,
                with,
                peer.descriptors(),
                heapBefore,
                ours.liveHeapKib());
        load.close(open);
        programs.stop(peer.process());
    }

    private static void pause(double seconds) {
        LockSupport.parkNanos((long) (seconds * 1e9));
    }
}
