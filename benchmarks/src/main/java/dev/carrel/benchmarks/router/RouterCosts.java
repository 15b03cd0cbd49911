/* Copyright the Carrel authors. */
package dev.carrel.benchmarks.router;

import dev.carrel.benchmarks.router.Table.Column;
import dev.carrel.chassis.log.LogSettings;
import dev.carrel.chassis.log.LogSetup;
import dev.carrel.chassis.settings.DataSize;
import io.netty.channel.Channel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The rows of the router's numbers that need no container. */
public final class RouterCosts implements AutoCloseable {
    /** The rows by name, as {@code benchmarks/run ROUNDS router ROW…} takes them. */
    public static final Set<String> ROWS = Set.of("small", "bodies", "echo", "idle", "cookie", "routes");

    private static final double SECONDS = 2;

    private final Path distribution;
    private final int rounds;
    private final Programs programs;
    private final Doors doors;
    private final Wrk wrk;
    private final Load load;
    private final EchoServer echo;

    /** The distribution's folder and that of {@code benchmarks/peers}. */
    public RouterCosts(Path distribution, Path peers, int rounds) throws IOException, InterruptedException {
        // Netty would tell everything.
        LogSetup.apply(
                new LogSettings(LogSettings.Format.LINE, LogSettings.Level.WARN, true, false, new DataSize(65_536), 1),
                peers,
                "benchmark");
        this.distribution = distribution;
        this.rounds = rounds;
        this.programs = new Programs(Files.createTempDirectory("carrel-router-bench"));
        this.doors = new Doors(peers, programs);
        this.load = new Load();
        this.echo = new EchoServer();
        this.wrk = new Wrk(doors.debian(), programs.folder(), doors.libraries());
    }

    /** Measures these rows and prints them. */
    public void run(Set<String> rows) throws Exception {
        if (rows.contains("cookie")) {
            CookieCheck.run(programs.folder(), rounds);
        }
        if (rows.contains("small") || rows.contains("bodies") || rows.contains("echo")) {
            throughput(rows);
        }
        if (rows.contains("routes")) {
            new RouteScale(distribution, programs, doors, wrk, echo.port()).run(rounds);
        }
        if (rows.contains("idle")) {
            new IdleSockets(distribution, programs, doors, load, echo.port()).run();
        }
    }

    private void throughput(Set<String> rows) throws IOException, InterruptedException {
        OurRouter ours = new OurRouter(distribution, programs, Map.of());
        ours.routes(doors.backendPort(), echo.port());
        List<Peer> all = List.of(
                ours.plain(),
                doors.nginx(echo.port()),
                doors.haproxy(echo.port()),
                doors.chp(echo.port()),
                ours.session());
        // The compiler is done with ours, and caches of all are warm.
        for (Peer peer : all) {
            wrk.get(peer, "/25b", 16, peer.name().startsWith("Carrel") ? 8 : 1);
            wrk.get(peer, "/100k", 16, peer.name().startsWith("Carrel") ? 2 : 1);
        }
        if (rows.contains("small")) {
            for (int connections : List.of(1, 16, 64)) {
                get(all, "/25b", connections);
            }
            // One person may not have so many requests under way.
            List<Peer> open = all.subList(0, 4);
            get(open, "/25b", 1000);
            fairness(open);
        }
        if (rows.contains("bodies")) {
            get(all, "/100k", 16);
            get(all, "/1m", 16);
            post(all, 100 * 1024);
            post(all, 1024 * 1024);
        }
        if (rows.contains("echo")) {
            echo(all.subList(0, 4));
        }
        for (Peer peer : all.subList(0, 4)) {
            programs.stop(peer.process());
        }
    }

    private void get(List<Peer> all, String path, int connections) throws IOException, InterruptedException {
        Table<Wrk.Burst> table = new Table<>();
        for (int round = 0; round < rounds; round++) {
            for (Peer peer : all) {
                table.add(peer.name(), wrk.get(peer, path, connections, SECONDS));
            }
        }
        print(table, "GET " + path.substring(1) + ", " + connections + " connections");
    }

    private void post(List<Peer> all, int bytes) throws IOException, InterruptedException {
        Table<Wrk.Burst> table = new Table<>();
        for (int round = 0; round < rounds; round++) {
            for (Peer peer : all) {
                table.add(peer.name(), wrk.post(peer, "/upload", bytes, 16, SECONDS));
            }
        }
        print(table, "POST of " + bytes / 1024 + " KiB, 16 connections");
    }

    private static void print(Table<Wrk.Burst> table, String title) {
        table.print(
                title,
                List.of(
                        new Column<>("requests/s", "%.0f", true, Wrk.Burst::perSecond),
                        new Column<>("p50 µs", "%.0f", false, Wrk.Burst::p50),
                        new Column<>("p99 µs", "%.0f", true, Wrk.Burst::p99),
                        new Column<>("processor µs/request", "%.1f", false, Wrk.Burst::processor),
                        new Column<>("failed", "%.0f", false, Wrk.Burst::failed)));
    }

    private void fairness(List<Peer> all) throws IOException, InterruptedException {
        Table<Load.Seen> table = new Table<>();
        for (int round = 0; round < rounds; round++) {
            for (Peer peer : all) {
                table.add(peer.name(), load.get(peer, "/25b", 1000, 3));
            }
        }
        printSeen(table, "1000 connections, each watched (starved: more than a second without an answer)");
    }

    private void echo(List<Peer> all) throws IOException, InterruptedException {
        Table<Load.Seen> single = new Table<>();
        Table<Load.Seen> active = new Table<>();
        for (int round = 0; round < rounds; round++) {
            for (Peer peer : all) {
                List<Channel> idle = load.webSockets(peer, 2000);
                List<Channel> busy = load.webSockets(peer, 50);
                load.echo(busy, round == 0 ? 3 : 0.3);
                active.add(peer.name(), load.echo(busy, SECONDS));
                load.echo(busy.subList(0, 1), 0.3);
                single.add(peer.name(), load.echo(busy.subList(0, 1), 1));
                load.close(idle);
                load.close(busy);
            }
        }
        printSeen(active, "WebSocket echo, 50 active beside 2000 idle");
        printSeen(single, "WebSocket echo, one");
    }

    private static void printSeen(Table<Load.Seen> table, String title) {
        table.print(
                title,
                List.of(
                        new Column<>("answers/s", "%.0f", true, Load.Seen::perSecond),
                        new Column<>("p50 µs", "%.0f", true, Load.Seen::p50),
                        new Column<>("p99 µs", "%.0f", true, Load.Seen::p99),
                        new Column<>("starved", "%.0f", false, seen -> (double) seen.starved()),
                        new Column<>(
                                "fewest/median",
                                "%.2f",
                                false,
                                seen -> seen.fewest() / (double) Math.max(1, seen.median()))));
    }

    @Override
    public void close() {
        load.close();
        echo.close();
        doors.close();
        System.out.printf(Locale.ROOT, "(configurations and logs: %s)%n", programs.folder());
    }
}
