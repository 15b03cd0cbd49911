/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import dev.carrel.plugin.Command;
import dev.carrel.plugin.Commands;
import dev.carrel.plugin.PluginException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Commands for tests of who calls them: run at once, before the call returns, and their outcomes kept. Any thread. */
public final class FakeCommands implements Commands {
    private final Map<String, Command> offered = new TreeMap<>();
    private final Map<String, Status> statuses = new LinkedHashMap<>();

    /** From now on there is this command of a plugin. */
    public synchronized void offer(String plugin, Command command) {
        offered.put(plugin + "/" + command.terms().name(), command);
    }

    @Override
    public synchronized String call(String plugin, String command, String data) {
        String name = plugin + "/" + command;
        Command found = offered.get(name);
        if (found == null) {
            throw PluginException.permanent(
                    UNKNOWN,
                    PluginException.Blame.USER,
                    "no command " + name + " (there are: " + String.join(", ", offered.keySet()) + ")",
                    null);
        }
        if (data.getBytes(StandardCharsets.UTF_8).length > Command.Terms.DATA_BYTES) {
            throw PluginException.permanent(
                    DATA,
                    PluginException.Blame.USER,
                    "data for " + name + ": too long (expected: at most " + Command.Terms.DATA_BYTES + " bytes)",
                    null);
        }
        String id = "call-" + (statuses.size() + 1);
        Command.Call call = new Command.Call(id, "plugin:test", data);
        try {
            String answer = found.run(call);
            keep(call, plugin, command, State.DONE, answer == null ? "" : answer);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            keep(call, plugin, command, State.FAILED, e.toString());
        } catch (Exception e) {
            keep(call, plugin, command, State.FAILED, String.valueOf(e.getMessage()));
        }
        return id;
    }

    private void keep(Command.Call call, String plugin, String command, State state, String outcome) {
        Instant now = Instant.now();
        statuses.put(
                call.id(),
                new Status(
                        call.id(),
                        plugin,
                        command,
                        call.caller(),
                        state,
                        outcome,
                        now,
                        Optional.of(now),
                        Optional.of(now)));
    }

    @Override
    public synchronized Optional<Status> status(String call) {
        return Optional.ofNullable(statuses.get(call));
    }
}
