/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import dev.carrel.plugin.Command;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A command of a running plugin, and what it has said of itself. */
record ReadyCommand(Command.Terms terms, LiveExtension<Command> live) {
    private static final int MOST = 20;

    /**
     * Asks every command of a plugin that has just started.
     *
     * @throws Refused when one does not say, or two have one name
     */
    static Map<String, ReadyCommand> of(List<LiveExtension<Command>> commands, Duration limit)
            throws Refused, InterruptedException {
        if (commands.size() > MOST) {
            throw new Refused("it adds " + commands.size() + " commands (expected: at most " + MOST + ")");
        }
        Map<String, ReadyCommand> ready = new LinkedHashMap<>();
        for (LiveExtension<Command> command : commands) {
            Command.Terms terms = terms(command, limit);
            if (ready.put(terms.name(), new ReadyCommand(terms, command)) != null) {
                throw new Refused("two of its commands have the name " + terms.name() + " (expected: one each)");
            }
        }
        return ready;
    }

    private static Command.Terms terms(LiveExtension<Command> command, Duration limit)
            throws Refused, InterruptedException {
        String type = command.extension().getClass().getName();
        try {
            Command.Terms terms = command.call("terms", limit, Command::terms);
            if (terms == null) {
                throw new Refused("terms() of its command " + type + " answered null (expected: Command.Terms)");
            }
            return terms;
        } catch (PluginFailure e) {
            Throwable cause = e.getCause();
            throw new Refused(
                    "terms() of its command " + type
                            + (e.kind() == PluginFailure.Kind.THREW
                                    ? " threw " + Verifier.cause(cause)
                                    : ": " + e.getMessage()),
                    e);
        }
    }
}
