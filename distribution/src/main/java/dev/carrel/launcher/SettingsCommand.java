/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import dev.carrel.chassis.boot.Boot;
import dev.carrel.chassis.log.LogSettings;
import dev.carrel.chassis.site.DataFolder;
import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.engine.EngineProcess;
import dev.carrel.router.RouterProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows effective settings, or the reference of all there are. */
@Command(
        name = "settings",
        mixinStandardHelpOptions = true,
        description = "Check the settings and print the effective ones, secrets masked; or print the reference page.")
final class SettingsCommand implements Callable<Integer> {
    @Mixin
    private final Place place = new Place();

    @Option(names = "--reference", description = "Print the reference of all settings as Markdown.")
    private boolean reference;

    @Spec
    private CommandSpec spec;

    /** Set by picocli before use. */
    @SuppressWarnings("NullAway.Init")
    SettingsCommand() {}

    /** Every section of carrel.yaml, in the order of the reference. */
    static List<Class<? extends Record>> sections() {
        List<Class<? extends Record>> sections = new ArrayList<>(List.of(SiteSettings.class, LogSettings.class));
        sections.addAll(own());
        return sections;
    }

    private static List<Class<? extends Record>> own() {
        List<Class<? extends Record>> sections =
                new ArrayList<>(RouterProcess.spec().sections());
        sections.addAll(EngineProcess.spec().sections());
        // Some are read by both.
        return sections.stream().distinct().toList();
    }

    /** Reads everything; throws with every fault. */
    static void check(DataFolder data) {
        Boot.settings(data, own(), System.getenv());
    }

    @Override
    public Integer call() {
        String text = reference
                ? SettingsPage.text()
                : Boot.settings(place.data(), own(), System.getenv()).table();
        spec.commandLine().getOut().print(text);
        spec.commandLine().getOut().flush();
        return 0;
    }
}
