/* Copyright the Carrel authors. */
package dev.carrel.manager.policy;

import dev.carrel.chassis.settings.DataSize;
import dev.carrel.chassis.settings.Section;
import dev.carrel.chassis.settings.Setting;
import java.time.Duration;

/** The most a session may use. */
@Section(
        value = "limits",
        text = "The most a session may use, and a worker of functions too. A command may ask for less, never for more.")
public record LimitPolicy(
        @Setting(
                text = "Memory, everything in `/tmp` and shared memory included. Swap is never added.",
                def = "2GiB",
                min = 64 << 20)
        DataSize memory,

        @Setting(
                text = "Cores, as `2` or `0.5`; a machine that has fewer gives what it has.",
                def = "2",
                pattern = MilliCpus.FORM)
        String cpus,

        @Setting(text = "Processes and threads.", def = "1024", min = 32, max = 1 << 20)
        int pids,

        @Setting(text = "Open files of one process.", def = "16384", min = 1024, max = 1 << 20)
        int openFiles,

        @Setting(
                text = "Size of `/tmp` and of `/var/tmp`, which lie in memory; at most a quarter of the memory each.",
                def = "512MiB",
                min = 1 << 20)
        DataSize tmp,

        @Setting(
                text = "Size of shared memory, `/dev/shm`; at most a quarter of the memory.",
                def = "256MiB",
                min = 1 << 20)
        DataSize sharedMemory,

        @Setting(
                text = "The output of a session or worker is kept in two files of this size.",
                def = "10MiB",
                min = 64 << 10)
        DataSize log,

        @Setting(
                text = "The longest time processes get to end before they are killed.",
                def = "30s",
                min = 0,
                max = 300_000)
        Duration stopGrace) {
    static final long LEAST_MEMORY = 64L << 20;

    /** Refuses less of a core than can be scheduled. */
    public LimitPolicy {
        MilliCpus.check("cpus", cpus);
    }
}
