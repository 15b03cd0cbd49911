/* Copyright the Carrel authors. */
package dev.carrel.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Runs every benchmark of a session's life on this machine, or those of plugins alone: {@code benchmarks/run [rounds [plugins]]}. */
public final class Main {
    private Main() {}

    /** Arguments: the distribution's folder, how many rounds, and {@code plugins} for those alone. */
    public static void main(String[] args) throws IOException, InterruptedException {
        Path distribution = Path.of(args[0]);
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 9;
        boolean all = args.length < 3;
        if (!all && !args[2].equals("plugins")) {
            throw new IllegalArgumentException("\"" + args[2] + "\" (expected: plugins, or nothing for all)");
        }
        PluginCosts.run(rounds);
        if (!all) {
            return;
        }
        TableCosts.run(distribution.resolve("plugins/database-jdbc"), rounds);
        try (Installation carrel = new Installation(
                distribution, 18_000 + (int) (ProcessHandle.current().pid() % 1000) * 7)) {
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
            CellRoundTrip.run(carrel, rounds * 20);
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
