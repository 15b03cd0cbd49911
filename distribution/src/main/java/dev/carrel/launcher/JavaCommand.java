/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import dev.carrel.chassis.site.DataFolder;
import dev.carrel.chassis.site.ProcessName;
import java.nio.file.Path;
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

    /** This same launcher with other arguments, quick to start. */
    static List<String> launcher(String... arguments) {
        return java(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"), List.of(arguments));
    }

    private static List<String> java(List<String> options, List<String> arguments) {
        Path home = Place.home();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("--sun-misc-unsafe-memory-access=allow");
        command.add("-Dguice_custom_class_loading=CHILD");
        command.add("-Djava.awt.headless=true");
        command.add("-Dcarrel.home=" + home);
        command.add("-cp");
        command.add(home.resolve("lib") + "/*");
        command.add(Main.class.getName());
        command.addAll(arguments);
        return command;
    }
}
