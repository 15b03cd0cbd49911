/* Copyright the Carrel authors. */
package dev.carrel.benchmarks.router;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Loads a door with wrk, each connection sending its next request when the answer to the last is there. */
final class Wrk {
    private static final String SCRIPT = """
            done = function(summary, latency, requests)
              local e = summary.errors
              io.write(string.format("RESULT %%d %%d %%d %%d %%d %%d\\n", summary.requests, summary.duration,
                e.connect + e.read + e.write + e.timeout, e.status, latency:percentile(50), latency:percentile(99)))
            end
            %s
            """;

    private final Path program;
    private final Map<String, String> environment;
    private final Path plain;
    private final Path folder;

    /**
     * One burst.
     *
     * @param perSecond answers
     * @param p50 microseconds
     * @param p99 microseconds
     * @param failed requests without a good answer
     * @param processor microseconds of the door's processor time for each request
     */
    record Burst(double perSecond, double p50, double p99, long failed, double processor) {}

    Wrk(Path debian, Path folder, Map<String, String> environment) throws IOException {
        this.program = debian.resolve("usr/bin/wrk");
        this.environment = environment;
        this.folder = folder;
        this.plain = Files.writeString(folder.resolve("plain.lua"), SCRIPT.formatted(""));
    }

    Burst get(Peer peer, String path, int connections, double seconds) throws IOException, InterruptedException {
        return run(plain, peer, path, connections, seconds);
    }

    /** Connections that pause between an answer and the next request, so that about so many a second are asked for, however fast answers are. */
    Burst paced(Peer peer, String path, int connections, double perSecond, double seconds)
            throws IOException, InterruptedException {
        long longest = Math.round(2 * 1000 * connections / perSecond);
        Path script = Files.writeString(
                folder.resolve("paced.lua"),
                SCRIPT.formatted("delay = function() return math.random(0, " + longest + ") end"));
        return run(script, peer, path, connections, seconds);
    }

    Burst post(Peer peer, String path, int bytes, int connections, double seconds)
            throws IOException, InterruptedException {
        Path script = Files.writeString(
                folder.resolve("post-" + bytes + ".lua"),
                SCRIPT.formatted("wrk.method = 'POST'\nwrk.body = string.rep('x', " + bytes + ")"));
        return run(script, peer, path, connections, seconds);
    }

    /** Adds routes by a router's API, each of another user; {@code burst} keeps those of one call apart from those of another. */
    Burst routes(Peer peer, String token, String route, int burst, int connections, double seconds)
            throws IOException, InterruptedException {
        Path script =
                Files.writeString(folder.resolve("routes.lua"), SCRIPT.formatted("""
                        wrk.method = 'POST'
                        wrk.body = '%s'
                        wrk.headers['Authorization'] = 'token %s'
                        local n = 0
                        request = function()
                          n = n + 1
                          return wrk.format(nil, '/api/routes/user/b%d-' .. n)
                        end
                        """.formatted(route, token, burst)));
        return run(
                script,
                new Peer(peer.name(), peer.port() + 1, peer.process()),
                "/api/routes/user/none",
                connections,
                seconds);
    }

    private Burst run(Path script, Peer peer, String path, int connections, double seconds)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                program.toString(),
                "-t1",
                "-c" + connections,
                "-d" + Math.max(1, Math.round(seconds)) + "s",
                "--timeout",
                "2s",
                "-s",
                script.toString(),
                "-H",
                "Host: " + peer.authority()));
        for (String header : peer.headers()) {
            command.addAll(List.of("-H", header));
        }
        command.add("http://127.0.0.1:" + peer.port() + path);
        double before = peer.processorSeconds();
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(command + ": " + output);
        }
        String line = output.lines()
                .filter(each -> each.startsWith("RESULT "))
                .findFirst()
                .orElseThrow(() -> new IOException(command + ": " + output));
        String[] fields = line.split(" ");
        return new Burst(
                Long.parseLong(fields[1]) / (Long.parseLong(fields[2]) / 1e6),
                Double.parseDouble(fields[5]),
                Double.parseDouble(fields[6]),
                Long.parseLong(fields[3]) + Long.parseLong(fields[4]),
                (peer.processorSeconds() - before) * 1e6 / Math.max(1, Long.parseLong(fields[1])));
    }
}
