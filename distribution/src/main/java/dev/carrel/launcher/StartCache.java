/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import dev.carrel.chassis.site.DataFolder;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The JDK's cache of loaded classes that makes every process of this installation start in half the time. Made by {@code libexec/start-cache},
 * used by {@code bin/carrel}; nothing depends on its being there.
 */
final class StartCache {
    private static final Logger LOG = LoggerFactory.getLogger(StartCache.class);

    private StartCache() {}

    private static List<String> command() {
        return List.of(
                Place.script("libexec/start-cache").toString(),
                "make",
                Place.home().toString());
    }

    /** Makes it now unless it is there; a failure is said and is no fault. */
    static void make(Terminal terminal) {
        if (!there()) {
            terminal.say("Preparing for fast starts (once, about half a minute)");
        }
        int status = Script.run(command());
        if (status != 0) {
            terminal.say("No start cache was made (status " + status + "); Carrel works without and starts slower");
        }
    }

    /** Makes it beside what runs, with the lowest priority, for the next start. */
    static void makeInBackground(DataFolder data) {
        if (there()) {
            return;
        }
        List<String> quiet = new ArrayList<>(List.of("nice", "-n", "19"));
        quiet.addAll(command());
        try {
            new ProcessBuilder(quiet)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            data.logs().resolve("start-cache.out").toFile()))
                    .redirectInput(new File("/dev/null"))
                    .start();
        } catch (IOException e) {
            LOG.warn("the start cache cannot be made; starts stay slower", e);
        }
    }

    /** Whether this very process was started from one, so that it is up to date. */
    private static boolean there() {
        return "used".equals(System.getProperty("carrel.start-cache"));
    }
}
