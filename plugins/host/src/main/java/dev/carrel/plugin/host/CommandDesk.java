/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import dev.carrel.plugin.Command;
import dev.carrel.plugin.Commands;
import dev.carrel.plugin.PluginException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes calls of commands, lets them wait for their turn and remembers what became of them. A command's calls stand in a queue of its own with a bound,
 * and all queues together have one. A call that runs has a virtual thread here, which waits, and a thread of its plugin's, which works. Any thread; whoever
 * asks never waits.
 */
public final class CommandDesk {
    /** The most calls that wait, of all commands together. */
    static final int WAITING = 1000;
    /** How many calls that have ended are remembered. */
    static final int REMEMBERED = 1000;

    private static final Logger LOG = LoggerFactory.getLogger(CommandDesk.class);
    private static final Duration AGAIN = Duration.ofSeconds(5);
    /** A plugin that is replaced lets nobody in; its successor does. */
    private static final int ATTEMPTS = 3;

    private static final int ID_BYTES = 15;

    private final Function<String, Optional<Map<String, ReadyCommand>>> plugins;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Ticket> tickets = new HashMap<>();
    private final Deque<String> ended = new ArrayDeque<>();
    private final Map<String, Lane> lanes = new HashMap<>();
    private int waiting;
    private int running;
    private boolean closed;
    private volatile Listener listener = Listener.NONE;

    /** Is told of calls. Must be quick and throw nothing. */
    public interface Listener {
        /** Tells nobody. */
        Listener NONE = (_, _, _, _) -> {};

        /**
         * A call has ended or was refused.
         *
         * @param outcome {@code done}, {@code failed} or {@code refused}
         * @param took from its start to its end; zero for one that never ran
         */
        void ended(String plugin, String command, String outcome, Duration took);
    }

    /** A call; guarded by the lock but for what never changes. */
    private static final class Ticket {
        private final String id;
        private final String plugin;
        private final String command;
        private final String caller;
        private final Instant asked;
        private String data;
        private Commands.State state = Commands.State.QUEUED;
        private String outcome = "";
        private @Nullable Instant started;
        private @Nullable Instant ended;

        private Ticket(String id, String plugin, String command, String caller, Instant asked, String data) {
            this.id = id;
            this.plugin = plugin;
            this.command = command;
            this.caller = caller;
            this.asked = asked;
            this.data = data;
        }

        private Commands.Status status() {
            return new Commands.Status(
                    id,
                    plugin,
                    command,
                    caller,
                    state,
                    outcome,
                    asked,
                    Optional.ofNullable(started),
                    Optional.ofNullable(ended));
        }
    }

    /** The calls of one command; guarded by the lock. */
    private static final class Lane {
        private final Deque<Ticket> waiting = new ArrayDeque<>();
        private int running;
        private int atOnce = 1;
    }

    /** How a run ended. */
    private record Outcome(Commands.State state, String text) {}

    CommandDesk(Function<String, Optional<Map<String, ReadyCommand>>> plugins, Clock clock) {
        this.plugins = plugins;
        this.clock = clock;
    }

    /** Tells somebody from now on. */
    public void listen(Listener told) {
        listener = told;
    }

    /** What a running plugin offers, in its order; empty for one that does not run. */
    public List<Command.Terms> offers(String plugin) {
        return plugins.apply(plugin).stream()
                .flatMap(commands -> commands.values().stream())
                .map(ReadyCommand::terms)
                .toList();
    }

    /**
     * Takes a call, and returns at once.
     *
     * @param caller {@code plugin:ID} or {@code user:NAME}
     * @return its id, which nobody can guess
     * @throws PluginException as {@link Commands#call}
     */
    public String call(String caller, String plugin, String command, String data) {
        Command.Terms terms = terms(plugin, command);
        int bytes = data.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > Command.Terms.DATA_BYTES) {
            throw PluginException.permanent(
                    Commands.DATA,
                    PluginException.Blame.USER,
                    "data for " + plugin + "/" + command + ": " + bytes + " bytes (expected: at most "
                            + Command.Terms.DATA_BYTES + ")",
                    null);
        }
        String id =
                new BigInteger(1, bytes(random)).setBit(Byte.SIZE * ID_BYTES).toString(Character.MAX_RADIX);
        Optional<String> refusal;
        lock.lock();
        try {
            refusal = refusal(plugin + "/" + command, terms);
            if (refusal.isEmpty()) {
                Ticket ticket = new Ticket(id, plugin, command, caller, clock.instant(), data);
                Lane lane = lanes.computeIfAbsent(plugin + "/" + command, _ -> new Lane());
                lane.atOnce = terms.atOnce();
                lane.waiting.add(ticket);
                tickets.put(id, ticket);
                waiting++;
                startNext(lane);
            }
        } finally {
            lock.unlock();
        }
        if (refusal.isPresent()) {
            listener.ended(plugin, command, "refused", Duration.ZERO);
            throw PluginException.temporary(Commands.FULL, PluginException.Blame.RESOURCES, AGAIN, refusal.get(), null);
        }
        return id;
    }

    private static byte[] bytes(SecureRandom random) {
        byte[] bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        return bytes;
    }

    private Command.Terms terms(String plugin, String command) {
        Map<String, ReadyCommand> offered = plugins.apply(plugin)
                .orElseThrow(() -> unknown("no plugin " + plugin + " runs (see: carrel plugin list)"));
        ReadyCommand ready = offered.get(command);
        if (ready == null) {
            throw unknown("plugin " + plugin + " has no command " + command + " ("
                    + (offered.isEmpty() ? "it has none" : "it has: " + String.join(", ", offered.keySet())) + ")");
        }
        return ready.terms();
    }

    private static PluginException unknown(String message) {
        return PluginException.permanent(Commands.UNKNOWN, PluginException.Blame.USER, message, null);
    }

    private Optional<String> refusal(String name, Command.Terms terms) {
        Lane lane = lanes.get(name);
        if (closed) {
            return Optional.of("Carrel is being stopped");
        }
        if (lane != null && lane.waiting.size() >= terms.waiting()) {
            return Optional.of(terms.waiting() + " calls of " + name
                    + " wait already, as many as may (try again once some of them have been done)");
        }
        return waiting < WAITING
                ? Optional.empty()
                : Optional.of(WAITING + " calls of commands wait already, as many as may (try again later)");
    }

    /** Under the lock. */
    private void startNext(Lane lane) {
        while (lane.running < lane.atOnce && !lane.waiting.isEmpty()) {
            Ticket ticket = lane.waiting.remove();
            waiting--;
            lane.running++;
            running++;
            ticket.state = Commands.State.RUNNING;
            ticket.started = clock.instant();
            Thread.ofVirtual().name("command-" + ticket.id).start(() -> work(lane, ticket));
        }
    }

    private void work(Lane lane, Ticket ticket) {
        long begin = System.nanoTime();
        Outcome outcome = new Outcome(Commands.State.FAILED, "it was cut short");
        try {
            outcome = run(ticket);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            lock.lock();
            try {
                running--;
                lane.running--;
                end(ticket, outcome);
                startNext(lane);
                if (lane.running == 0) {
                    lanes.remove(ticket.plugin + "/" + ticket.command, lane);
                }
            } finally {
                lock.unlock();
            }
            listener.ended(
                    ticket.plugin,
                    ticket.command,
                    outcome.state() == Commands.State.DONE ? "done" : "failed",
                    Duration.ofNanos(System.nanoTime() - begin));
        }
    }

    private Outcome run(Ticket ticket) throws InterruptedException {
        Command.Call call = new Command.Call(ticket.id, ticket.caller, ticket.data);
        for (int attempt = 1; ; attempt++) {
            ReadyCommand ready = plugins.apply(ticket.plugin)
                    .map(all -> all.get(ticket.command))
                    .orElse(null);
            if (ready == null) {
                return new Outcome(
                        Commands.State.FAILED,
                        "the plugin " + ticket.plugin + " has been stopped, or has no such command any more");
            }
            try {
                String answer = ready.live()
                        .call("command " + ticket.command, ready.terms().limit(), command -> command.run(call));
                return new Outcome(Commands.State.DONE, answer == null ? "" : cut(answer));
            } catch (PluginFailure e) {
                if (e.kind() != PluginFailure.Kind.GONE || attempt == ATTEMPTS) {
                    LOG.warn("call {} of {}: {}", ticket.id, ticket.caller, e.getMessage(), e.getCause());
                    return new Outcome(Commands.State.FAILED, cut(reason(e)));
                }
            }
        }
    }

    private static String reason(PluginFailure failure) {
        Throwable cause = failure.getCause();
        String said = failure.kind() == PluginFailure.Kind.THREW && cause != null ? cause.getMessage() : null;
        return said == null ? String.valueOf(failure.getMessage()) : said;
    }

    private static String cut(String text) {
        if (text.length() <= Command.Terms.ANSWER) {
            return text;
        }
        int end = Command.Terms.ANSWER - 1;
        return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end) + "…";
    }

    /** Under the lock. */
    private void end(Ticket ticket, Outcome outcome) {
        ticket.state = outcome.state();
        ticket.outcome = outcome.text();
        ticket.ended = clock.instant();
        ticket.data = "";
        ended.add(ticket.id);
        if (ended.size() > REMEMBERED) {
            tickets.remove(ended.remove());
        }
    }

    /** What has become of a call; empty when there was none, or it ended too long ago. */
    public Optional<Commands.Status> status(String id) {
        lock.lock();
        try {
            return Optional.ofNullable(tickets.get(id)).map(Ticket::status);
        } finally {
            lock.unlock();
        }
    }

    /** How many calls wait. */
    public int waiting() {
        lock.lock();
        try {
            return waiting;
        } finally {
            lock.unlock();
        }
    }

    /** How many calls run. */
    public int running() {
        lock.lock();
        try {
            return running;
        } finally {
            lock.unlock();
        }
    }

    /** The desk as one plugin sees it. */
    Commands of(String plugin) {
        return new Commands() {
            @Override
            public String call(String other, String command, String data) {
                return CommandDesk.this.call("plugin:" + plugin, other, command, data);
            }

            @Override
            public Optional<Status> status(String call) {
                return CommandDesk.this.status(call);
            }
        };
    }

    /** Takes no more; what waits has failed. What runs ends with its plugin. */
    void close() {
        lock.lock();
        try {
            closed = true;
            for (Lane lane : lanes.values()) {
                lane.waiting.forEach(ticket ->
                        end(ticket, new Outcome(Commands.State.FAILED, "Carrel was stopped before its turn")));
                lane.waiting.clear();
            }
            waiting = 0;
        } finally {
            lock.unlock();
        }
    }
}
