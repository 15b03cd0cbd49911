/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import dev.carrel.chassis.site.DataFolder;
import dev.carrel.chassis.site.ProcessName;
import java.util.ArrayList;
import java.util.List;

/** Command lines of Java processes of this installation. */
final class JavaCommand {
    private JavaCommand() {}

    /** One of the three processes, by the program itself, which knows its options (etc/jvm); engine and router run confined. */
    static List<String> process(ProcessName name, DataFolder data) {
        List<String> command = List.of(
                Place.script("bin/carrel").toString(),
                name.label(),
                "--data",
                data.root().toString());
        return name == ProcessName.MANAGER ? command : Privileges.confined(command, data);
    }

    /** Another command of this same launcher, without its data folder. */
    static List<String> launcher(String... arguments) {
        List<String> command =
                new ArrayList<>(List.of(Place.script("bin/carrel").toString()));
        command.addAll(List.of(arguments));
        return command;
    }
}
