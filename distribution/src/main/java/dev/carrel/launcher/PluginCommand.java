/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.carrel.plugin.host.Verification;
import dev.carrel.plugin.testkit.Kit;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Plugins: what has become of them, and putting them in and out. All of it can be done with files alone. */
@Command(
        name = "plugin",
        mixinStandardHelpOptions = true,
        description = "List, verify, install, disable, enable and remove plugins; no restart is needed.",
        subcommands = {
            PluginCommand.ListAll.class,
            PluginCommand.Verify.class,
            PluginCommand.Install.class,
            PluginCommand.Disable.class,
            PluginCommand.Enable.class,
            PluginCommand.Remove.class,
        },
        footer = {
            "",
            "Examples:",
            "  carrel plugin list",
            "  carrel plugin verify target/hello-plugin-1.0.jar   what an author runs before shipping",
            "  carrel plugin list --shipped                       what comes with Carrel",
            "  carrel plugin install usage-accounting",
            "  carrel plugin install hello-plugin-1.0.jar",
            "  carrel plugin disable hello",
        })
final class PluginCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    /** Set by picocli before use. */
    @SuppressWarnings("NullAway.Init")
    PluginCommand() {}

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /** One that has a place and somewhere to print. */
    abstract static class Base implements Callable<Integer> {
        @Mixin
        private final Place place = new Place();

        @Spec
        private CommandSpec spec;

        /** Set by picocli before use. */
        @SuppressWarnings("NullAway.Init")
        Base() {}

        Place place() {
            return place;
        }

        PluginFolder folder() {
            return new PluginFolder(place);
        }

        PrintWriter out() {
            return spec.commandLine().getOut();
        }

        /** Tells what the engine made of it; only what runs, or is as it was wished to be, is a success. */
        int tell(String done, JsonNode status, String wished) {
            String state = status.path("state").asText();
            out().println(done + ": " + state + reason(status));
            out().flush();
            return state.equals(wished) || state.equals(PluginFolder.NOT_RUNNING) ? 0 : 1;
        }
    }

    private static String reason(JsonNode status) {
        String reason = status.path("reason").asText();
        return reason.isEmpty() ? "" : ", because " + reason;
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "What lies in plugins/, and what has become of it.")
    static final class ListAll extends Base {
        @Option(names = "--json", description = "One JSON array.")
        private boolean json;

        @Option(names = "--shipped", description = "Those that come with Carrel, installed or not.")
        private boolean shipped;

        @Override
        public Integer call() throws IOException {
            ArrayNode plugins = shipped ? folder().listShipped() : folder().list();
            if (json) {
                out().println(plugins.toPrettyString());
            } else if (plugins.isEmpty()) {
                out().println("no plugins in " + place().data().plugins());
            }
            for (JsonNode plugin : json ? new ObjectMapper().createArrayNode() : plugins) {
                out().printf(
                                "%-20s %-10s %-12s %s%n",
                                plugin.path("id").asText().isEmpty()
                                        ? "?"
                                        : plugin.path("id").asText(),
                                plugin.path("version").asText(),
                                plugin.path("state").asText(),
                                plugin.path("source").asText());
                if (shipped) {
                    out().println("  " + plugin.path("text").asText());
                }
                if (!plugin.path("reason").asText().isEmpty()) {
                    out().println("  " + plugin.path("reason").asText());
                }
            }
            out().flush();
            return 0;
        }
    }

    @Command(
            name = "verify",
            mixinStandardHelpOptions = true,
            description =
                    "Load, start, ask, stop and start again a plugin outside the engine, run the suites of the test kit on what it adds, and say which rules it keeps.")
    static final class Verify extends Base {
        @Parameters(
                paramLabel = "JAR",
                description = "The jar, or folder of jars; or the id of a plugin that comes with Carrel.")
        private String named = "";

        @Option(names = "--quick", description = "Without the suites of the test kit.")
        private boolean quick;

        private static List<Verification.Check> checks(List<Kit.Result> results) {
            List<Verification.Check> checks = new ArrayList<>();
            for (Kit.Result result : results) {
                String rule = "keeps what " + result.point() + " promises";
                result.failures().forEach(failure -> checks.add(new Verification.Check(rule, false, failure)));
                checks.add(new Verification.Check(
                        rule, result.failures().isEmpty(), result.passed() + " tests of the kit passed"));
            }
            return checks;
        }

        @Override
        public Integer call() throws Exception {
            Path jar = PluginFolder.named(named);
            if (PluginFolder.mustConfine()) {
                return folder().verifyConfined(jar, quick);
            }
            Quiet.apply();
            List<Verification.Check> checks = folder().verify(
                            jar,
                            quick
                                    ? Verification.Trial.NONE
                                    : (plugin, extensions) -> checks(Kit.run(plugin, extensions)));
            for (Verification.Check check : checks) {
                out().printf("%-6s %-30s %s%n", check.kept() ? "ok" : "FAILED", check.rule(), check.detail());
            }
            out().flush();
            return checks.stream().allMatch(Verification.Check::kept) ? 0 : 1;
        }
    }

    @Command(
            name = "install",
            mixinStandardHelpOptions = true,
            description =
                    "Verify a plugin, put it into plugins/ in place of an older version, and wait until the engine has judged it.")
    static final class Install extends Base {
        @Parameters(
                paramLabel = "JAR",
                description = "The jar, or folder of jars; or the id of a plugin that comes with Carrel.")
        private String named = "";

        @Option(names = "--no-verify", description = "Do not run it outside the engine first.")
        private boolean unverified;

        @Override
        public Integer call() throws Exception {
            PluginFolder folder = folder();
            Path jar = PluginFolder.named(named);
            folder.refuseWithout(PluginFolder.descriptor(jar));
            String id = PluginFolder.descriptor(jar).id();
            if (!unverified) {
                int status = PluginFolder.mustConfine() ? folder.verifyConfined(jar, true) : verify(folder, jar);
                if (status != 0) {
                    throw new LauncherException(
                            jar
                                    + " does not keep every rule, and nothing was changed (--no-verify installs it all the same)");
                }
            }
            Path target = folder.install(jar, id);
            return tell("installed " + id + " as " + target.getFileName(), folder.await(target), "running");
        }

        private int verify(PluginFolder folder, Path jar) throws Exception {
            Quiet.apply();
            List<Verification.Check> broken = folder.verify(jar, Verification.Trial.NONE).stream()
                    .filter(check -> !check.kept())
                    .toList();
            broken.forEach(check -> out().println("FAILED " + check.rule() + ": " + check.detail()));
            out().flush();
            return broken.isEmpty() ? 0 : 1;
        }
    }

    @Command(name = "disable", mixinStandardHelpOptions = true, description = "Switch a plugin off; its jar stays.")
    static final class Disable extends Base {
        @Parameters(paramLabel = "ID")
        private String id = "";

        @Override
        public Integer call() throws Exception {
            Path path = folder().find(id);
            Path mark = folder().disabledMark(id);
            Files.createDirectories(mark.getParent());
            if (!Files.exists(mark)) {
                Files.createFile(mark);
            }
            return tell("disabled " + id, folder().await(path), "disabled");
        }
    }

    @Command(name = "enable", mixinStandardHelpOptions = true, description = "Switch a plugin on again.")
    static final class Enable extends Base {
        @Parameters(paramLabel = "ID")
        private String id = "";

        @Override
        public Integer call() throws Exception {
            Path path = folder().find(id);
            Files.deleteIfExists(folder().disabledMark(id));
            return tell("enabled " + id, folder().await(path), "running");
        }
    }

    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description = "Delete a plugin's jar; its settings and its own folder stay.")
    static final class Remove extends Base {
        @Parameters(paramLabel = "ID")
        private String id = "";

        @Override
        public Integer call() throws Exception {
            if (PluginFolder.part(id).isPresent()) {
                throw new LauncherException(
                        id + " is part of Carrel (to switch it off: carrel plugin disable " + id + ")");
            }
            Path path = folder().find(id);
            folder().remove(path);
            out().println("removed " + id + " (" + path.getFileName() + ")");
            out().flush();
            return 0;
        }
    }
}
