/* Copyright the Carrel authors. */
package dev.carrel.engine.deferred;

import dev.carrel.chassis.settings.DataSize;
import dev.carrel.chassis.settings.Section;
import dev.carrel.chassis.settings.Setting;
import java.time.Duration;

/** Asynchronous calls. */
@Section(
        value = "async-calls",
        text =
                "Asynchronous calls of functions: how many may wait, how often they are tried, how long results are kept.")
public record DeferredSettings(
        @Setting(
                text = "The largest body of an asynchronous call; larger ones are refused with 413.",
                def = "1MiB",
                min = 0,
                max = 2_097_152)
        DataSize maxRequest,

        @Setting(
                text = "The largest answer that is kept; a call with a larger one fails with 422.",
                def = "1MiB",
                min = 1024,
                max = 2_097_152)
        DataSize maxResult,

        @Setting(
                text = "Calls of one owner's functions that may be without a result; more are refused with 429.",
                def = "1000",
                min = 1,
                max = 100_000)
        int maxPerOwner,

        @Setting(
                text =
                        "Calls of all functions, on all instances, that may be without a result; more are refused with 503.",
                def = "10000",
                min = 1,
                max = 1_000_000)
        int maxWaiting,

        @Setting(
                text = "Results of one owner's functions that are kept; when there are more, the oldest are deleted.",
                def = "10000",
                min = 1,
                max = 1_000_000)
        int maxKept,

        @Setting(text = "How long a result is kept.", def = "24h", min = 60_000, max = 2_678_400_000L)
        Duration keep,

        @Setting(
                text =
                        "Asynchronous calls that run on an instance at once; one owner's functions have at most half of them.",
                def = "32",
                min = 2,
                max = 10_000)
        int parallel,

        @Setting(
                text = "How often a call is begun whose worker, or engine, ended in the middle of it.",
                def = "3",
                min = 1,
                max = 100)
        int attempts,

        @Setting(
                text = "How long a call that finds no free worker is tried again before it fails.",
                def = "1h",
                min = 1000,
                max = 604_800_000)
        Duration patience) {}
