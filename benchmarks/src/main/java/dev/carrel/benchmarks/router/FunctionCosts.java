/* Copyright the Carrel authors. */
package dev.carrel.benchmarks.router;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * A call of a function that does nothing beside the same handler in an HTTP server of its own: how long one takes, and how many there are in a second. Every
 * door has its turn in every round.
 */
public final class FunctionCosts {
    private static final double SECONDS = 3;
    private static final double WARM_UP = 60;

    private FunctionCosts() {}

    /**
     * Measures and prints.
     *
     * @param port of the router of a running installation
     * @param path of a public function that answers {@code 1}
     * @param peers where {@code benchmarks/peers} laid them
     */
    public static void run(int port, String path, Path peers, int rounds) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("carrel-functions");
        try (Programs programs = new Programs(folder);
                Doors doors = new Doors(peers, programs)) {
            Wrk wrk = new Wrk(doors.debian(), folder, doors.libraries());
            FunctionPeers services = new FunctionPeers(doors, programs);
            Peer gunicorn = services.gunicorn(0);
            Peer node = services.node();
            Peer ours = new Peer("carrel", port, gunicorn.process());
            // The compiler of a fresh engine is at it for the first hundred thousand calls.
            wrk.get(ours, path, 50, WARM_UP);
            one(wrk, List.of(ours, gunicorn), path, rounds);
            // gunicorn's plain worker closes its connections; behind a proxy that keeps them people use threads.
            Peer threads = services.gunicorn(8);
            many(wrk, List.of(ours, threads, services.behindNginx(threads), services.behindNginx(node)), path, rounds);
        }
    }

    /**
     * As many callers as are served, then ten times as many calls a second, then as many as a hundred callers ask that never pause: most are refused, so the
     * times of all answers are those of refusals.
     *
     * @param path of a function that two callers keep busy
     */
    public static void overload(int port, String path, Path peers, int rounds)
            throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("carrel-functions");
        try (Programs programs = new Programs(folder);
                Doors doors = new Doors(peers, programs)) {
            Wrk wrk = new Wrk(doors.debian(), folder, doors.libraries());
            Peer ours = new Peer(
                    "carrel", port, new FunctionPeers(doors, programs).node().process());
            double first = wrk.get(ours, path, 2, SECONDS).perSecond();
            wrk.paced(ours, path, 100, 10 * first, SECONDS);
            Table<Overload> table = new Table<>();
            for (int round = 0; round < rounds; round++) {
                double peak = wrk.get(ours, path, 2, SECONDS).perSecond();
                table.add("ten times", new Overload(peak, wrk.paced(ours, path, 100, 10 * peak, SECONDS)));
                table.add("no pause", new Overload(peak, wrk.get(ours, path, 100, SECONDS)));
            }
            table.print(
                    "too much (goal: with ten times as much, served at least 0.80 of what is served without, 503 within 10 ms)",
                    List.of(
                            new Table.Column<>("served", "%.2f", false, Overload::served),
                            new Table.Column<>("asked", "%.1f", false, Overload::asked),
                            micros("p50", over -> over.burst().p50()),
                            micros("p99", over -> over.burst().p99())));
        }
    }

    /**
     * Too many calls.
     *
     * @param peak calls served a second while nobody asks for more
     */
    private record Overload(double peak, Wrk.Burst burst) {
        /** In relation to the peak. */
        double served() {
            return (burst.perSecond() - burst.failed() / SECONDS) / peak;
        }

        double asked() {
            return burst.perSecond() / peak;
        }
    }

    private static void one(Wrk wrk, List<Peer> doors, String path, int rounds)
            throws IOException, InterruptedException {
        Table<Wrk.Burst> table = bursts(wrk, doors, path, 1, rounds);
        table.print(
                "one caller, a warm function that does nothing (goal: p50 at most 1 ms, p99 at most 5 ms above the direct one)",
                List.of(
                        micros("p50", Wrk.Burst::p50),
                        micros("p99", Wrk.Burst::p99),
                        new Table.Column<>("calls/s", "%.0f", false, Wrk.Burst::perSecond)));
        System.out.printf(
                "  added              p50 %.0f µs  p99 %.0f µs%n",
                table.median(doors.getFirst().name(), Wrk.Burst::p50)
                        - table.median(doors.getLast().name(), Wrk.Burst::p50),
                table.median(doors.getFirst().name(), Wrk.Burst::p99)
                        - table.median(doors.getLast().name(), Wrk.Burst::p99));
    }

    private static void many(Wrk wrk, List<Peer> doors, String path, int rounds)
            throws IOException, InterruptedException {
        bursts(wrk, doors, path, 50, rounds)
                .print(
                        "50 callers (goal: 5000 calls/s)",
                        List.of(
                                new Table.Column<>("calls/s", "%.0f", true, Wrk.Burst::perSecond),
                                micros("p50", Wrk.Burst::p50),
                                micros("p99", Wrk.Burst::p99),
                                new Table.Column<>("failed", "%.0f", false, Wrk.Burst::failed)));
    }

    private static Table<Wrk.Burst> bursts(Wrk wrk, List<Peer> doors, String path, int connections, int rounds)
            throws IOException, InterruptedException {
        Table<Wrk.Burst> table = new Table<>();
        for (Peer door : doors) {
            wrk.get(door, path, connections, 2);
        }
        for (int round = 0; round < rounds; round++) {
            List<Peer> order = new ArrayList<>(doors);
            if (round % 2 == 1) {
                order = new ArrayList<>(order.reversed());
            }
            List<Wrk.Burst> seen = new ArrayList<>();
            for (Peer door : order) {
                seen.add(wrk.get(door, path, connections, SECONDS));
            }
            for (Peer door : doors) {
                table.add(door.name(), seen.get(order.indexOf(door)));
            }
        }
        return table;
    }

    private static <T> Table.Column<T> micros(String name, ToDoubleFunction<T> what) {
        return new Table.Column<>(name + " µs", "%.0f", false, what);
    }
}
