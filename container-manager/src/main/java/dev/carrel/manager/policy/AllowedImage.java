/* Copyright the Carrel authors. */
package dev.carrel.manager.policy;

import dev.carrel.chassis.settings.DataSize;
import dev.carrel.chassis.settings.Setting;
import java.util.List;
import java.util.Optional;

/** One image that sessions, and perhaps workers of functions, may use, and how it is run. */
public record AllowedImage(
        @Setting(
                text = "The name by which commands and settings call it.",
                required = true,
                pattern = "[a-z0-9][a-z0-9._-]{0,62}")
        String name,

        @Setting(
                text =
                        "Which image: a reference as `docker run` takes it, perhaps with a digest (`name@sha256:…`), or an image id.",
                required = true,
                pattern = "sha256:[0-9a-f]{64}|[a-z0-9][A-Za-z0-9._:/-]{0,254}(@sha256:[0-9a-f]{64})?")
        String reference,

        @Setting(
                text =
                        "The image id that the reference must lead to, so that a moved tag is refused. Empty: whatever it leads to.",
                pattern = "(sha256:[0-9a-f]{64})?")
        String id,

        @Setting(text = "`never` or `if-missing`: whether it may be fetched from a registry.", def = "never")
        Pull pull,

        @Setting(
                text =
                        "Used in place of the image's own command; needed when that is a shell line. Arguments are added to it.")
        List<String> command,

        @Setting(
                text =
                        "The words of the command by which it starts a worker of functions, in place of the image's own; `[/usr/lib/carrel/worker]` "
                                + "for images built with it. Empty: this image serves no functions.")
        List<String> worker,

        @Setting(
                text =
                        "Whether it serves functions by JuliaBox's container protocol, started by its own command (or `command`); then `worker` is empty.",
                def = "false")
        boolean juliabox,

        @Setting(
                text = "Numeric user and group of the session's processes; neither may be 0.",
                def = "1000:1000",
                pattern = "[1-9][0-9]{0,8}:[1-9][0-9]{0,8}")
        String user,

        @Setting(
                text = "Where the person's home is mounted.",
                def = "/home/jovyan",
                pattern = "(/[A-Za-z0-9_][A-Za-z0-9._-]{0,62}){1,6}")
        String home,

        @Setting(text = "The port its server listens on inside the container.", def = "8888", min = 1024, max = 65535)
        int port,

        @Setting(text = "Whether the image's files cannot be changed in a session.", def = "true")
        boolean readOnlyRoot,

        @Setting(text = "Whether programs in `/tmp` may be executed; building some packages needs it.", def = "false")
        boolean tmpExec,

        @Setting(text = "The most memory; 0: `limits.memory`.", def = "0")
        DataSize memory,

        @Setting(text = "The most cores, as `2` or `0.5`; empty: `limits.cpus`.", pattern = "(" + MilliCpus.FORM + ")?")
        String cpus,

        @Setting(text = "The most processes and threads; 0: `limits.pids`.", def = "0", min = 0, max = 1 << 20)
        int pids) {

    /** Whether an image may be fetched. */
    public enum Pull {
        /** It must be on this machine. */
        NEVER,
        /** It is fetched when it is not on this machine. */
        IF_MISSING
    }

    /** Refuses homes that would cover parts of the system. */
    public AllowedImage {
        command = List.copyOf(command);
        worker = List.copyOf(worker);
        if (home.matches("/(bin|boot|dev|etc|lib|lib64|proc|run|sbin|sys|tmp|usr|var)(/.*)?") || home.equals("/home")) {
            throw new IllegalArgumentException(
                    "home: \"" + home + "\" (expected: a folder of its own, as /home/jovyan, not one of the system)");
        }
        if (juliabox && !worker.isEmpty()) {
            throw new IllegalArgumentException("juliabox: true beside worker: " + worker
                    + " (expected: one of them; such an image is started by its own command)");
        }
        if (!cpus.isEmpty()) {
            MilliCpus.check("cpus", cpus);
        }
        if (memory.bytes() > 0 && memory.bytes() < LimitPolicy.LEAST_MEMORY) {
            throw new IllegalArgumentException("memory: " + memory + " (expected: 64MiB or more, or 0)");
        }
    }

    /** The digest at the end of the reference. */
    public Optional<String> digest() {
        int at = reference.indexOf('@');
        return at < 0 ? Optional.empty() : Optional.of(reference.substring(at + 1));
    }

    /** The user's number. */
    public int uid() {
        return Integer.parseInt(user.substring(0, user.indexOf(':')));
    }

    /** The group's number. */
    public int gid() {
        return Integer.parseInt(user.substring(user.indexOf(':') + 1));
    }
}
