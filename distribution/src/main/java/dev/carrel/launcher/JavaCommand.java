/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import dev.carrel.chassis.site.DataFolder;
import dev.carrel.chassis.site.ProcessName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Command lines of Java processes of this installation. */
final class JavaCommand {
    private JavaCommand() {}

    /**
     * One of the three processes, by the program itself, which knows its options (etc/jvm); engine and router run confined, the router
     * with the right to open ports below 1024 when it has to.
     *
     * @param environment what the process gets beside our own
     */
    static List<String> process(ProcessName name, DataFolder data, Map<String, String> environment) {
        List<String> command = List.of(
                Place.script("bin/carrel").toString(),
                name.label(),
                "--data",
                data.root().toString());
        return switch (name) {
            case MANAGER -> command;
            case ENGINE -> Privileges.confined(command, data, false);
            case ROUTER ->
                Privileges.confined(
                        command, data, PublicPorts.of(data, environment).low());
        };
    }

    /** Another command of this same launcher, without its data folder. */
    static List<String> launcher(String... arguments) {
        List<String> command =
                new ArrayList<>(List.of(Place.script("bin/carrel").toString()));
        command.addAll(List.of(arguments));
        return command;
    }
}
