/* Copyright the Carrel authors. */
package dev.carrel.benchmarks;

import dev.carrel.engine.plugin.CallMetrics;
import dev.carrel.plugin.Database;
import dev.carrel.plugin.PluginRequest;
import dev.carrel.plugin.RequestHandler;
import dev.carrel.plugin.Site;
import dev.carrel.plugin.host.HostSettings;
import dev.carrel.plugin.host.LiveExtension;
import dev.carrel.plugin.host.PluginFailure;
import dev.carrel.plugin.host.PluginHost;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/** What plugins cost: the start of fifty, and a call through the host beside the same call without it. */
final class PluginCosts {
    private static final int PLUGINS = 50;
    private static final int CALLS = 20_000;
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final PluginRequest REQUEST =
            new PluginRequest("GET", "/", Map.of(), Map.of(), new byte[0], Optional.empty(), false);

    private static final String SOURCE = """
            package bench;
            import dev.carrel.plugin.*;
            import dev.carrel.plugin.table.*;
            import java.util.*;
            public final class Bench implements Plugin {
                private static final PluginResponse ANSWER = PluginResponse.text(200, "x");
                public List<Extension> start(PluginContext context) {
                    RequestHandler handler = request -> {
                        if (request.method().equals("GET")) return ANSWER;
                        Database shared = context.database();
                        int calls = Integer.parseInt(request.path().substring(1));
                        long begin = System.nanoTime();
                        for (int i = 0; i < calls; i++) shared.name();
                        return PluginResponse.text(200, "" + (System.nanoTime() - begin));
                    };
                    return context.id().equals("bench-0") ? List.of(handler, new Constant()) : List.of(handler);
                }
                public static final class Constant implements Database {
                    public String name() { return "constant"; }
                    public <R extends Record> Table<R> open(Class<R> type) { throw new UnsupportedOperationException(); }
                    public Outcome transact(List<Write> writes) { throw new UnsupportedOperationException(); }
                    public Optional<String> health() { return Optional.empty(); }
                }
            }
            """;

    private PluginCosts() {}

    static void run(int rounds) throws IOException, InterruptedException {
        Path root = Files.createTempDirectory("carrel-bench");
        Path folder = Files.createDirectories(root.resolve("plugins"));
        Path classes = compile(root);
        for (int i = 0; i < PLUGINS; i++) {
            jar(classes, folder.resolve("bench-" + i + ".jar"), "bench-" + i);
        }
        Samples starts = new Samples();
        for (int i = 0; i < rounds; i++) {
            long begin = System.nanoTime();
            try (PluginHost host = host(root, folder)) {
                host.start();
                starts.add((System.nanoTime() - begin) / PLUGINS);
            }
        }
        System.out.printf(Locale.ROOT, "start of each of %d plugins%n  %s   (goal: <= 20 ms)%n", PLUGINS, starts);
        try (PluginHost host = host(root, folder)) {
            host.start();
            calls(host, rounds);
        } catch (PluginFailure e) {
            throw new IOException("the plugin failed", e);
        }
    }

    private static PluginHost host(Path root, Path folder) throws IOException {
        return new PluginHost(new HostSettings(
                List.of(folder),
                root.resolve("etc"),
                root.resolve("data"),
                root.resolve("work"),
                Set.of(),
                Optional.empty(),
                new Site(URI.create("http://localhost:8000"), true),
                // As in the engine: every call is counted and timed.
                new CallMetrics(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT)),
                HostSettings.Tables.OF_ANY,
                Clock.systemUTC()));
    }

    private static void calls(PluginHost host, int rounds) throws PluginFailure, InterruptedException {
        LiveExtension<RequestHandler> live =
                host.extensions(RequestHandler.class).getFirst();
        RequestHandler bare = live.call("take", LIMIT, h -> h);
        Database database = host.extensions(Database.class).getFirst().call("take", LIMIT, d -> d);
        PluginRequest ask =
                new PluginRequest("POST", "/" + CALLS * 50, Map.of(), Map.of(), new byte[0], Optional.empty(), false);
        Samples handed = new Samples();
        Samples shared = new Samples();
        for (int i = 0; i < rounds; i++) {
            long direct = time(() -> bare.handle(REQUEST));
            long through = time(() -> live.call("handle", LIMIT, h -> h.handle(REQUEST)));
            handed.add((through - direct) * 1000);
            long named = time(database::name);
            String took =
                    new String(live.call("handle", LIMIT, h -> h.handle(ask)).body(), StandardCharsets.UTF_8);
            shared.add((Long.parseLong(took) / (CALLS * 50L) - named) * 1000);
        }
        System.out.printf(
                Locale.ROOT,
                "a call through the host beside the bare call, added%n  on the plugin's own threads  p50 %.2f µs%n"
                        + "  on the caller's thread       p50 %.2f µs   (goal: <= 1 µs)%n",
                handed.median(),
                shared.median());
    }

    /** A call. */
    private interface Work {
        Object call() throws Exception;
    }

    /** Nanoseconds of each. */
    private static long time(Work work) {
        try {
            long begin = System.nanoTime();
            for (int i = 0; i < CALLS; i++) {
                if (work.call() == null) {
                    throw new IllegalStateException("no answer");
                }
            }
            return (System.nanoTime() - begin) / CALLS;
        } catch (Exception e) {
            throw new IllegalStateException("a call failed", e);
        }
    }

    private static Path compile(Path root) throws IOException {
        Path source = Files.createDirectories(root.resolve("src/bench")).resolve("Bench.java");
        Files.writeString(source, SOURCE);
        Path classes = Files.createDirectories(root.resolve("classes"));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        int status = compiler.run(
                null,
                null,
                null,
                "-d",
                classes.toString(),
                "-cp",
                System.getProperty("java.class.path"),
                source.toString());
        if (status != 0) {
            throw new IllegalStateException("the plugin does not compile");
        }
        return classes;
    }

    private static void jar(Path classes, Path target, String id) throws IOException {
        try (OutputStream file = Files.newOutputStream(target);
                JarOutputStream jar = new JarOutputStream(file);
                Stream<Path> all = Files.walk(classes)) {
            text(jar, "META-INF/carrel/plugin.properties", "id = " + id + "\nversion = 1\napi = 1\n");
            text(jar, "META-INF/services/dev.carrel.plugin.Plugin", "bench.Bench\n");
            for (Path path : all.filter(Files::isRegularFile).toList()) {
                jar.putNextEntry(new JarEntry(classes.relativize(path).toString()));
                Files.copy(path, jar);
                jar.closeEntry();
            }
        }
    }

    private static void text(JarOutputStream jar, String path, String text) throws IOException {
        jar.putNextEntry(new JarEntry(path));
        jar.write(text.getBytes(StandardCharsets.UTF_8));
        jar.closeEntry();
    }
}
