/* Copyright the Carrel authors. */
package dev.carrel.benchmarks.router;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carrel.benchmarks.router.Table.Column;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A hundred thousand routes: how fast they are added, each confirmed when it is on the disk; how long all of them take to be read; what they weigh; and
 * whether a request costs more beside them than beside three.
 */
final class RouteScale {
    private static final int ROUTES = 100_000;
    /** Requests under way at once while routes are added, as from a hub that starts many sessions. */
    private static final int AT_ONCE = 64;

    private static final double BURST_SECONDS = 2;
    private static final double SECONDS = 2;
    /** A user's path that has a file behind it. */
    private static final String PROBE = "/user/u7/25b";

    private final Path distribution;
    private final Programs programs;
    private final Doors doors;
    private final Wrk wrk;
    private final int echoPort;
    private final HttpClient http = HttpClient.newHttpClient();

    RouteScale(Path distribution, Programs programs, Doors doors, Wrk wrk, int echoPort) {
        this.distribution = distribution;
        this.programs = programs;
        this.doors = doors;
        this.wrk = wrk;
        this.echoPort = echoPort;
    }

    void run(int rounds) throws IOException, InterruptedException {
        Path behind = Files.createDirectories(programs.folder().resolve("files/user/u7"));
        Files.writeString(behind.resolve("25b"), "x".repeat(25));
        OurRouter few = router("few routes");
        OurRouter many = router("100,000 routes");
        wrk.get(few.plain(), PROBE, 16, 6);
        wrk.get(many.plain(), PROBE, 16, 6);
        long heapBefore = many.liveHeapKib();
        add(many);
        long heap = many.liveHeapKib();
        System.out.printf(
                Locale.ROOT,
                "  live heap %d MiB, of which %d MiB for the routes   (goal: <= 150 MiB)%n",
                heap / 1024,
                (heap - heapBefore) / 1024);
        list(many, rounds);
        Table<Wrk.Burst> table = new Table<>();
        for (int round = 0; round < rounds; round++) {
            for (OurRouter each : List.of(many, few)) {
                table.add(each.plain().name(), wrk.get(each.plain(), PROBE, 16, SECONDS));
            }
        }
        table.print(
                "GET of a route, 16 connections (goal: no slope)",
                List.of(
                        new Column<>("requests/s", "%.0f", true, Wrk.Burst::perSecond),
                        new Column<>("p99 µs", "%.0f", true, Wrk.Burst::p99),
                        new Column<>("processor µs/request", "%.1f", true, Wrk.Burst::processor),
                        new Column<>("failed", "%.0f", false, Wrk.Burst::failed)));
        programs.stop(few.plain().process());
        programs.stop(many.plain().process());
    }

    private OurRouter router(String name) throws IOException, InterruptedException {
        OurRouter router = new OurRouter(name, distribution, programs, Map.of());
        router.routes(doors.backendPort(), echoPort);
        router.post("/user/u7", target());
        return router;
    }

    private ObjectNode target() {
        return OurRouter.JSON.createObjectNode().put("target", "http://127.0.0.1:" + doors.backendPort());
    }

    private void add(OurRouter router) throws IOException, InterruptedException {
        int there = size(router);
        double seconds = 0;
        long added = 0;
        long failed = 0;
        for (int burst = 0; there < ROUTES; burst++) {
            Wrk.Burst seen = wrk.routes(
                    router.plain(),
                    OurRouter.TOKEN,
                    target().put("user", "u").toString(),
                    burst,
                    AT_ONCE,
                    BURST_SECONDS);
            seconds += BURST_SECONDS;
            failed += seen.failed();
            int now = size(router);
            if (now == there) {
                throw new IOException("no route was added in " + BURST_SECONDS + " s, after " + there);
            }
            added += now - there;
            there = now;
        }
        System.out.printf(
                Locale.ROOT,
                "%d routes%n  added %.0f a second, %d at once, each on the disk when it is confirmed; failed %d   (goal: >= 10,000)%n",
                there,
                added / seconds,
                AT_ONCE,
                failed);
    }

    private void list(OurRouter router, int rounds) throws IOException, InterruptedException {
        double[] millis = new double[rounds];
        long bytes = 0;
        for (int round = 0; round < rounds; round++) {
            long begin = System.nanoTime();
            bytes = api(router, "/api/routes").length();
            millis[round] = (System.nanoTime() - begin) / 1e6;
        }
        Arrays.sort(millis);
        System.out.printf(
                Locale.ROOT,
                "  GET of all, %.1f MB: median %.0f ms, slowest %.0f ms (n=%d)   (goal: <= 1000 ms)%n",
                bytes / 1e6,
                millis[rounds / 2],
                millis[rounds - 1],
                rounds);
    }

    private int size(OurRouter router) throws IOException, InterruptedException {
        return OurRouter.JSON
                .readTree(api(router, "/api/carrel/health"))
                .path("routes")
                .asInt();
    }

    private String api(OurRouter router, String path) throws IOException, InterruptedException {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(
                                URI.create("http://127.0.0.1:" + (router.plain().port() + 1) + path))
                        .header("Authorization", "token " + OurRouter.TOKEN)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException(path + ": " + answer.statusCode() + " " + answer.body());
        }
        return answer.body();
    }
}
