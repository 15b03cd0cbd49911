/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.carrel.chassis.site.DataFolder;
import dev.carrel.chassis.site.SiteSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Checks everything the three processes need. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description =
                "Check everything the three processes need, one line each, with the mend. Exit status 0 when all is well.")
final class DoctorCommand implements Callable<Integer> {
    @Mixin
    private final Place place = new Place();

    @Option(names = "--json", description = "One JSON array.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    private final List<Finding> findings = new ArrayList<>();

    /** Set by picocli before use. */
    @SuppressWarnings("NullAway.Init")
    DoctorCommand() {}

    /** One line. */
    private record Finding(String name, boolean good, String text, String mend) {}

    @Override
    public Integer call() {
        DataFolder data = place.data();
        good("jdk", "Java " + Runtime.version() + " at " + System.getProperty("java.home"));
        machine();
        folder(data);
        settings(data);
        plugins(data);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            ArrayNode array = new ObjectMapper().createArrayNode();
            findings.forEach(f -> array.addObject()
                    .put("name", f.name)
                    .put("ok", f.good)
                    .put("text", f.text)
                    .put("mend", f.mend));
            out.println(array.toPrettyString());
        } else {
            for (Finding f : findings) {
                out.printf(
                        "%-8s %-15s %s%s%n",
                        f.good ? "ok" : "FAULT", f.name, f.text, f.good ? "" : "; mend: " + f.mend);
            }
        }
        out.flush();
        return findings.stream().allMatch(Finding::good) ? 0 : 1;
    }

    private void machine() {
        List<String> lines = new ArrayList<>();
        Script.run(List.of(Place.script("libexec/host-setup").toString(), "check", "--json"), lines::add);
        try {
            new ObjectMapper()
                    .readTree(String.join("\n", lines))
                    .forEach(node -> findings.add(new Finding(
                            node.path("name").asText(),
                            node.path("ok").asBoolean(),
                            node.path("text").asText(),
                            node.path("mend").asText())));
        } catch (IOException e) {
            bad(
                    "machine",
                    "libexec/host-setup check said nothing that can be read: " + e.getMessage(),
                    "install Carrel again");
        }
        if (Privileges.root()) {
            return;
        }
        bad(
                "firewall",
                "you are not root: the host firewall cannot be checked or set",
                "run the container-manager as root, or set network.firewall: off in manager-policy.yaml and keep sessions away from this host yourself");
    }

    private void plugins(DataFolder data) {
        if (!Files.isDirectory(data.plugins())) {
            return;
        }
        try {
            for (JsonNode plugin : new PluginFolder(place).list()) {
                String source = plugin.path("source").asText();
                String reason = plugin.path("reason").asText();
                String state = plugin.path("state").asText();
                if (reason.isEmpty() || state.equals("disabled")) {
                    good("plugin", source + ": " + state);
                } else {
                    bad(
                            "plugin",
                            source + ": " + state + ", because " + reason,
                            "see docs/plugins.md, or carrel plugin remove it");
                }
            }
        } catch (IOException e) {
            bad("plugin", data.plugins() + " cannot be read: " + e.getMessage(), "look at its owner and mode");
        }
    }

    private void folder(DataFolder data) {
        if (!Files.isDirectory(data.root())) {
            bad("data", data.root() + " does not exist", "carrel setup");
            return;
        }
        check(
                "data",
                data.root() + " is there",
                "carrel setup",
                () -> Files.isWritable(data.root())
                        ? Optional.empty()
                        : Optional.of(data.root() + " cannot be written by you"));
        for (Path key : List.of(data.signingKey(), data.engineCurveKey(), data.managerCurveKey())) {
            String name = "key " + key.getFileName();
            check(
                    name,
                    data.root().relativize(key) + " is there and private",
                    "chmod 600 it, or carrel setup when it is missing",
                    () -> {
                        try {
                            dev.carrel.protocol.key.KeyFile.read(key);
                            return Optional.empty();
                        } catch (dev.carrel.protocol.key.UncheckedKeyException e) {
                            return Optional.of(String.valueOf(e.getMessage()));
                        }
                    });
        }
        try {
            long free = Files.getFileStore(data.root()).getUsableSpace() >> 20;
            if (free > 2048) {
                good("disk", free + " MiB are free for homes and logs");
            } else {
                bad("disk", free + " MiB are free below " + data.root(), "make room: 2 GiB at least");
            }
        } catch (IOException e) {
            bad("disk", "free space is unknown: " + e.getMessage(), "look at df " + data.root());
        }
    }

    private void settings(DataFolder data) {
        SiteSettings site;
        try {
            SettingsCommand.check(data);
            site = place.site();
            good("settings", data.settingsFile() + " is valid");
        } catch (RuntimeException e) {
            bad("settings", String.valueOf(e.getMessage()), "correct " + data.settingsFile());
            return;
        }
        check("policy", data.policyFile() + " is valid", "correct it", () -> {
            try {
                dev.carrel.manager.ManagerProcess.spec(data);
                return Optional.empty();
            } catch (IOException | RuntimeException e) {
                return Optional.of(String.valueOf(e.getMessage()));
            }
        });
        boolean ours = RunState.read(data).flatMap(RunState::process).isPresent();
        int redirect = PublicPorts.of(data, Map.of()).redirect();
        Preparation.ports(site, redirect).forEach((port, use) -> {
            String bind = port == site.port() || port == redirect ? site.bind() : "127.0.0.1";
            if (ours) {
                return;
            }
            check(
                    "port " + port,
                    "free, for " + use,
                    "stop what listens there (ss -ltnp) or choose others: site.port, site.internal-ports",
                    () -> Preparation.free(bind, port)
                            ? Optional.empty()
                            : Optional.of(bind + ":" + port + " is in use, wanted for " + use));
        });
        names(site);
        if (ours) {
            for (var name : dev.carrel.chassis.site.ProcessName.values()) {
                Probe probe = Probe.of(name, site);
                check(
                        name.label(),
                        "ready, pid " + probe.pid(),
                        "see " + data.logs() + "/" + name.label() + ".log",
                        () -> probe.state() == Probe.State.READY
                                ? Optional.empty()
                                : Optional.of(probe.faults().toString()));
                probe.warnings().forEach((about, text) -> bad(about, text, "see docs/router.md"));
            }
        }
    }

    private void names(SiteSettings site) {
        String example = "anybody--main." + site.baseHost();
        if (site.baseHost().equals("localhost")) {
            good("names", "*.localhost leads to this machine in Chromium and Firefox by itself");
            return;
        }
        check(
                "names",
                example + " has an address",
                "add a wildcard DNS record *." + site.baseHost() + " for this machine",
                () -> {
                    try {
                        InetAddress.getByName(example);
                        return Optional.empty();
                    } catch (UnknownHostException _) {
                        return Optional.of(example + " has no address, so sessions cannot be reached");
                    }
                });
    }

    private void check(String name, String text, String mend, Supplier<Optional<String>> fault) {
        Optional<String> found = fault.get();
        findings.add(new Finding(name, found.isEmpty(), found.orElse(text), mend));
    }

    private void good(String name, String text) {
        findings.add(new Finding(name, true, text, ""));
    }

    private void bad(String name, String text, String mend) {
        findings.add(new Finding(name, false, text, mend));
    }
}
