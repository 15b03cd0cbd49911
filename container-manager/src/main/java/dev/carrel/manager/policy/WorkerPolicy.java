/* Copyright the Carrel authors. */
package dev.carrel.manager.policy;

import dev.carrel.chassis.settings.DataSize;
import dev.carrel.chassis.settings.Section;
import dev.carrel.chassis.settings.Setting;

/** What a worker of functions gets. */
@Section(
        value = "workers",
        text =
                "What a worker of functions gets when its function does not say. A function may ask for more: at most what a session of the "
                        + "worker's image may use.")
public record WorkerPolicy(
        @Setting(
                text = "Memory, everything in `/work`, `/tmp` and shared memory included. Swap is never added.",
                def = "256MiB",
                min = 64 << 20)
        DataSize memory,

        @Setting(
                text = "Cores, as `2` or `0.5`; a machine that has fewer gives what it has.",
                def = "1",
                pattern = MilliCpus.FORM)
        String cpus,

        @Setting(text = "Processes and threads.", def = "128", min = 32, max = 1 << 20)
        int pids) {

    /** Refuses less of a core than can be scheduled. */
    public WorkerPolicy {
        MilliCpus.check("cpus", cpus);
    }
}
