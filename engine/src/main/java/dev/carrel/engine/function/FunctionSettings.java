/* Copyright the Carrel authors. */
package dev.carrel.engine.function;

import dev.carrel.chassis.settings.DataSize;
import dev.carrel.chassis.settings.Section;
import dev.carrel.chassis.settings.Setting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Published functions. */
@Section(value = "functions", text = "Published functions: what people may publish, and how much of it.")
public record FunctionSettings(
        @Setting(
                text =
                        "Runtimes people may choose; behind an equals sign the image its workers run in, by its name in the manager's policy, else the default one of sessions.",
                def = "[python3, executable, julia=julia]")
        List<String> runtimes,

        @Setting(text = "How many functions one person may have.", def = "100", min = 0, max = 10_000)
        int maxFunctions,

        @Setting(
                text =
                        "How many versions of a function are kept; older ones that are neither active nor have an alias are deleted.",
                def = "50",
                min = 2,
                max = 500)
        int keepVersions,

        @Setting(text = "How many workers of a function may run on an instance.", def = "10", min = 1, max = 1000)
        int maxWorkers,

        @Setting(text = "The longest a call may be allowed to run.", def = "15m", min = 1000, max = 86_400_000)
        Duration maxTimeout,

        @Setting(text = "The most memory of a worker that a function may ask for.", def = "2GiB", min = 67_108_864)
        DataSize maxMemory,

        @Setting(
                text = "The most thousandths of a core of a worker that a function may ask for.",
                def = "2000",
                min = 10,
                max = 1_000_000)
        int maxMilliCpus) {
    /** Refuses runtimes without a name. */
    public FunctionSettings {
        runtimes = List.copyOf(runtimes);
        for (String runtime : runtimes) {
            if (!runtime.matches("[a-z][a-z0-9.-]{0,30}(=[A-Za-z0-9._-]{1,100})?")) {
                throw new IllegalArgumentException(
                        "runtimes: \"" + runtime + "\" (expected: a name as python3, or name=image)");
            }
        }
    }

    /** The names of the runtimes. */
    public List<String> runtimeNames() {
        List<String> names = new ArrayList<>();
        runtimes.forEach(runtime -> names.add(runtime.split("=", 2)[0]));
        return names;
    }

    /**
     * The image of a runtime.
     *
     * @param usual for one that names none
     * @return empty when there is no such runtime
     */
    public Optional<String> image(String runtime, String usual) {
        return runtimes.stream()
                .map(one -> one.split("=", 2))
                .filter(one -> one[0].equals(runtime))
                .map(one -> one.length == 2 ? one[1] : usual)
                .findFirst();
    }
}
