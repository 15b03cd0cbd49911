/* Copyright the Carrel authors. */
package dev.carrel.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import dev.carrel.benchmarks.router.RouterCosts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Runs the benchmarks of a session's life, or of one part beside its peers: {@code benchmarks/run [rounds [plugins | tables | functions | router [row…]]]}. */
public final class Main {
    private static final String CELL = "cell";

    private Main() {}

    /** Arguments: the distribution's folder, how many rounds, and a part, of the router perhaps with rows of it. */
    public static void main(String[] args) throws Exception {
        Path distribution = Path.of(args[0]);
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 9;
        String what = args.length > 2 ? args[2] : "all";
        switch (what) {
            case "plugins" -> PluginCosts.run(rounds);
            case "tables" -> TableCosts.run(distribution.resolve("plugins/database-jdbc"), rounds);
            case "functions" -> functions(distribution, rounds);
            case "router" -> router(distribution, rounds, List.of(args).subList(3, args.length));
            case "all" -> life(distribution, rounds);
            default ->
                throw new IllegalArgumentException("\"" + what
                        + "\" (expected: plugins, tables, router, functions, or nothing for the life of a session)");
        }
    }

    private static void router(Path distribution, int rounds, List<String> rows) throws Exception {
        Set<String> known = new TreeSet<>(RouterCosts.ROWS);
        known.add(CELL);
        Set<String> wanted = rows.isEmpty() ? known : new TreeSet<>(rows);
        if (!known.containsAll(wanted)) {
            throw new IllegalArgumentException(wanted + " (expected: some of " + known + ")");
        }
        Path peers = Path.of("benchmarks/target/peers");
        try (RouterCosts costs = new RouterCosts(distribution, peers, rounds)) {
            costs.run(wanted);
        }
        if (wanted.contains(CELL)) {
            try (Installation carrel = installation(distribution)) {
                carrel.carrel("setup");
                carrel.addUser("ada");
                carrel.up();
                CellRoundTrip.run(carrel, rounds * 20, peers);
            }
        }
    }

    private static void functions(Path distribution, int rounds) throws IOException, InterruptedException {
        try (Installation carrel = installation(distribution)) {
            carrel.carrel("setup");
            carrel.addUser("ada");
            carrel.up();
            FunctionCalls.run(carrel, Path.of("benchmarks/target/peers"), rounds);
        }
    }

    private static Installation installation(Path distribution) throws IOException {
        return new Installation(
                distribution, 18_000 + (int) (ProcessHandle.current().pid() % 1000) * 8);
    }

    private static void life(Path distribution, int rounds) throws IOException, InterruptedException {
        PluginCosts.run(rounds);
        TableCosts.run(distribution.resolve("plugins/database-jdbc"), rounds);
        try (Installation carrel = installation(distribution)) {
            carrel.carrel("setup");
            carrel.addUser("ada");
            Samples up = new Samples();
            for (int i = 0; i < Math.max(3, rounds / 3); i++) {
                up.add(carrel.up());
                carrel.carrel("down");
            }
            System.out.printf(Locale.ROOT, "carrel up --detach until ready%n  %s   (goal: <= 5000 ms)%n", up);
            carrel.up();
            ColdStart.run(carrel, rounds);
            CellRoundTrip.run(carrel, rounds * 20, null);
            memory(carrel.status());
        }
    }

    private static void memory(JsonNode status) throws IOException {
        Map<String, Integer> goals = Map.of("engine", 256, "router", 128, "manager", 128);
        System.out.println("resident memory, idle, with one session");
        for (String process : List.of("engine", "router", "manager")) {
            long pid = status.path("processes").path(process).path("pid").asLong();
            long kib = Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElseThrow();
            System.out.printf(
                    Locale.ROOT, "  %-8s %d MiB   (goal: <= %d MiB)%n", process, kib / 1024, goals.get(process));
        }
    }
}
