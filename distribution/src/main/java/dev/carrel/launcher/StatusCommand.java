/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carrel.chassis.site.ProcessName;
import dev.carrel.chassis.site.SiteSettings;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Says what runs. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Say what runs and whether it is ready. Exit status 0 only when all three processes are ready.")
final class StatusCommand implements Callable<Integer> {
    @Mixin
    private final Place place = new Place();

    @Option(names = "--json", description = "One JSON object.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    /** Set by picocli before use. */
    @SuppressWarnings("NullAway.Init")
    StatusCommand() {}

    @Override
    public Integer call() {
        SiteSettings site = place.site();
        Map<ProcessName, Probe> probes = new LinkedHashMap<>();
        for (ProcessName name : ProcessName.values()) {
            probes.put(name, Probe.of(name, site));
        }
        boolean ready = probes.values().stream().allMatch(p -> p.state() == Probe.State.READY);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            printJson(out, site, probes, ready);
        } else {
            printLines(out, site, probes, ready);
        }
        out.flush();
        return ready ? 0 : 1;
    }

    private void printLines(PrintWriter out, SiteSettings site, Map<ProcessName, Probe> probes, boolean ready) {
        out.println((ready ? "ready      " : "not ready  ") + site.baseUrl() + "   data "
                + place.data().root());
        probes.forEach((name, probe) -> {
            out.printf("%-10s %-10s %s%n", name.label(), spelling(probe), probe.pid() == 0 ? "" : "pid " + probe.pid());
            probe.faults().forEach((check, fault) -> out.printf("           %s: %s%n", check, fault));
            probe.warnings().forEach((about, text) -> out.printf("           warning, %s: %s%n", about, text));
        });
    }

    private void printJson(PrintWriter out, SiteSettings site, Map<ProcessName, Probe> probes, boolean ready) {
        ObjectNode object = new ObjectMapper().createObjectNode();
        object.put("ready", ready);
        object.put("url", site.baseUrl().toString());
        object.put("data", place.data().root().toString());
        RunState.read(place.data())
                .flatMap(RunState::process)
                .ifPresent(p -> object.putObject("supervisor").put("pid", p.pid()));
        ObjectNode processes = object.putObject("processes");
        probes.forEach((name, probe) -> {
            ObjectNode process = processes.putObject(name.label());
            process.put("state", spelling(probe));
            if (probe.pid() != 0) {
                process.put("pid", probe.pid());
            }
            ObjectNode faults = process.putObject("faults");
            probe.faults().forEach(faults::put);
            if (!probe.warnings().isEmpty()) {
                probe.warnings().forEach(process.putObject("warnings")::put);
            }
        });
        out.println(object.toPrettyString());
    }

    private static String spelling(Probe probe) {
        return probe.state().name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
