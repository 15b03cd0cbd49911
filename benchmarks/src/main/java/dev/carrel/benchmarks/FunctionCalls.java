/* Copyright the Carrel authors. */
package dev.carrel.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import dev.carrel.benchmarks.router.FunctionCosts;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Functions of an installation of their own: warm calls beside plain HTTP services, cold starts beside a container's start, too much load. */
final class FunctionCalls {
    private static final String NOTHING = "def f():\n  return 1\n";

    private FunctionCalls() {}

    static void run(Installation carrel, Path peers, int rounds) throws IOException, InterruptedException {
        publish(carrel, "noop", NOTHING, "\"min_workers\":1,\"max_workers\":2,\"queue\":1000");
        answered(carrel, "noop");
        FunctionCosts.run(carrel.port(), "/function/noop.ada", peers, rounds);
        carrel.send("DELETE", "/hub/api/functions/ada/noop", "");
        cold(carrel, rounds);
        overload(carrel, peers, rounds);
    }

    private static void publish(Installation carrel, String name, String code, String more)
            throws IOException, InterruptedException {
        HttpResponse<String> answer = carrel.send(
                "PUT",
                "/hub/api/functions/ada/" + name,
                "{\"code\":" + Installation.JSON.writeValueAsString(code) + ",\"visibility\":\"public\"," + more + "}");
        if (answer.statusCode() >= 300) {
            throw new IOException("publishing " + name + ": " + answer.body());
        }
    }

    private static void answered(Installation carrel, String name) throws IOException, InterruptedException {
        HttpResponse<String> answer = carrel.send("GET", "/function/" + name + ".ada", "");
        if (answer.statusCode() != 200) {
            throw new IOException(name + ": " + answer.statusCode() + " " + answer.body());
        }
    }

    /** A first call of code whose worker is gone: one that a waiting cell takes over, and a container's start for scale. */
    private static void cold(Installation carrel, int rounds) throws IOException, InterruptedException {
        publish(carrel, "cold", NOTHING, "\"idle\":\"1s\"");
        Samples calls = new Samples();
        Samples containers = new Samples();
        for (int i = 0; i < rounds; i++) {
            answered(carrel, "cold");
            awaitNoWorker(carrel);
            // A cell that is made anew meanwhile is the usual state of things.
            LockSupport.parkNanos(2_000_000_000L);
            long begin = System.nanoTime();
            answered(carrel, "cold");
            calls.add(System.nanoTime() - begin);
            begin = System.nanoTime();
            Shell.run(List.of("docker", "run", "--rm", "--entrypoint", "/bin/true", "carrel/session:latest"));
            containers.add(System.nanoTime() - begin);
        }
        System.out.printf(
                Locale.ROOT,
                "a cold call   (goal: <= 300 ms from a waiting cell)%n  carrel      %s%n  docker run of the image, a program that does nothing  %s%n",
                calls,
                containers);
    }

    private static void awaitNoWorker(Installation carrel) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (System.nanoTime() < end) {
            JsonNode stats = Installation.JSON.readTree(
                    carrel.send("GET", "/hub/api/functions/ada/cold/stats", "").body());
            int workers = 0;
            for (JsonNode version : stats.path("versions")) {
                workers += version.path("workers").asInt();
            }
            if (workers == 0) {
                return;
            }
            LockSupport.parkNanos(50_000_000);
        }
        throw new IOException("a worker was kept for 60 s after its idle time of 1 s");
    }

    /** Calls that take 10 ms. */
    private static void overload(Installation carrel, Path peers, int rounds) throws IOException, InterruptedException {
        publish(carrel, "busy", "import time\ndef f():\n  time.sleep(0.01)\n  return 1\n", """
                "min_workers":2,"max_workers":2,"queue":20""");
        answered(carrel, "busy");
        FunctionCosts.overload(carrel.port(), "/function/busy.ada", peers, rounds);
    }
}
