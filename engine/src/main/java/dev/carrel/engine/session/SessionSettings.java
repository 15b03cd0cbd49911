/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import dev.carrel.chassis.settings.DataSize;
import dev.carrel.chassis.settings.Section;
import dev.carrel.chassis.settings.Setting;
import dev.carrel.protocol.command.Limits;
import java.time.Duration;
import java.util.List;

/** Notebook sessions. */
@Section(value = "session", text = "Notebook sessions: what a start may use and how long things may take.")
public record SessionSettings(
        @Setting(
                text = "Images people may choose, by their names in the manager's policy; the first is the default.",
                def = "[default]")
        List<String> images,

        @Setting(
                text = "How long a start may take until the server in the container answers.",
                def = "60s",
                min = 1000,
                max = 3_600_000)
        Duration startTimeout,

        @Setting(
                text = "How long a pull of a missing image may take before the start begins.",
                def = "20m",
                min = 1000,
                max = 3_000_000)
        Duration imageTimeout,

        @Setting(text = "How long a server may take to end before it is killed.", def = "10s", min = 0, max = 300_000)
        Duration stopGrace,

        @Setting(
                text = "How often database, containers and routes are compared and made to agree.",
                def = "2s",
                min = 100,
                max = 60_000)
        Duration reconcileInterval,

        @Setting(
                text = "How many starts may be under way at once; more are refused with 429.",
                def = "100",
                min = 1,
                max = 10_000)
        int maxStarting,

        @Setting(text = "How many sessions may live at once; 0 for no bound.", def = "0", min = 0)
        int maxSessions,

        @Setting(
                text = "How many further sessions under a name one person may have, running or not; 0 for none.",
                def = "20",
                min = 0,
                max = 1000)
        int maxNamed,

        @Setting(
                text =
                        "After how long without use a session is ended; 0s for never. A running computation is use, an open page that nobody touches is none; docs/install.md tells what counts.",
                def = "0s",
                min = 0)
        Duration idleLimit,

        @Setting(text = "How long a session may live, whatever is done in it; 0s for no bound.", def = "0s", min = 0)
        Duration ageLimit,

        @Setting(
                text =
                        "How long before a session is ended for one of these two reasons those who have it open are told; at least that long.",
                def = "5m",
                min = 1000,
                max = 86_400_000)
        Duration endWarning,

        @Setting(text = "Memory of a session; 0 for what the manager's policy gives the image.", def = "0")
        DataSize memory,

        @Setting(
                text = "Thousandths of a core of a session; 0 for what the manager's policy gives the image.",
                def = "0",
                min = 0)
        int milliCpus,

        @Setting(
                text = "The page of the server that *Open* leads to, below its base URL.",
                def = "lab",
                pattern = "[A-Za-z0-9_./-]{0,200}")
        String defaultPage,

        @Setting(
                text =
                        "How long the ends of sessions are kept for usage accounting that has not yet taken account of them.",
                def = "30d",
                min = 0)
        Duration keepEnded) {
    /** Refuses an empty list of images, and limits that would end sessions before anybody could be warned. */
    public SessionSettings {
        refuseWithinWarning("idle-limit", idleLimit, endWarning);
        refuseWithinWarning("age-limit", ageLimit, endWarning);
        if (images.isEmpty()) {
            throw new IllegalArgumentException("images: [] (expected: at least one name of the manager's policy)");
        }
    }

    private static void refuseWithinWarning(String name, Duration limit, Duration warning) {
        if (!limit.isZero() && limit.compareTo(warning) <= 0) {
            throw new IllegalArgumentException(name + ": " + Span.words(limit)
                    + " (expected: 0s for none, or more than end-warning, which is " + Span.words(warning) + ")");
        }
    }

    /** When a session has to end. */
    Lifetime lifetime() {
        return new Lifetime(idleLimit, ageLimit, endWarning);
    }

    /** The limits that are asked of the manager. */
    public Limits limits() {
        return new Limits(memory.bytes(), milliCpus, 0);
    }
}
