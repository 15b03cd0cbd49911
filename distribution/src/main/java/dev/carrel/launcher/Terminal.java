/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import java.io.PrintWriter;

/** Tells a person what happens: steps as lines; progress in place on a terminal, else a line for every tenth. */
final class Terminal {
    private final PrintWriter out;
    private final boolean interactive = interactive();
    private int shown = -1;

    Terminal(PrintWriter out) {
        this.out = out;
    }

    @SuppressWarnings("SystemConsoleNull") // what the compiler says is never null, NullAway says may be
    private static boolean interactive() {
        java.io.Console console = System.console();
        return console != null && console.isTerminal();
    }

    /** A step that is begun or done. */
    void say(String text) {
        endProgress();
        out.println(text);
        out.flush();
    }

    /** How far a long step is. */
    void progress(int percent, String text) {
        if (interactive) {
            int filled = percent / 4;
            String line =
                    "  [" + "#".repeat(filled) + "-".repeat(25 - filled) + "] %3d %%  %s".formatted(percent, text);
            out.print("\r\u001b[K" + (line.length() > 110 ? line.substring(0, 110) : line));
            out.flush();
            shown = percent;
        } else if (shown < 0 || percent / 10 > shown / 10) {
            out.printf("  %3d %%  %s%n", percent, text);
            out.flush();
            shown = percent;
        }
    }

    private void endProgress() {
        if (shown >= 0 && interactive) {
            out.println();
        }
        shown = -1;
    }
}
