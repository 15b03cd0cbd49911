/* Copyright the Carrel authors. */
package dev.carrel.manager.container;

import java.util.List;
import java.util.Set;

/** What the words of a command start. */
public final class CommandWords {
    private static final Set<String> SHELLS = Set.of("sh", "bash", "dash", "ash", "zsh", "ksh");

    private CommandWords() {}

    /** Whether it is a shell that is given one line to run: words added to it would not become arguments of what the line starts. */
    public static boolean shellLine(List<String> command) {
        return command.size() > 1
                && SHELLS.contains(baseName(command.getFirst()))
                && command.get(1).matches("-[a-z]*c");
    }

    static String baseName(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
