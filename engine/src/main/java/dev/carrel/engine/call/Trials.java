/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.carrel.engine.function.FunctionId;
import dev.carrel.engine.function.FunctionVersion;
import dev.carrel.protocol.worker.FromWorker;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** What a function's owner sees of it on pages: calls it to try it, and reads what it has done on this instance. Thread-safe. */
public final class Trials {
    private static final int LONGEST_TEXT = 20_000;
    private static final long PATIENCE = Duration.ofSeconds(60).toNanos();

    private final Calls calls;
    private final Journals journals;
    private final JournalKeeper keeper;
    private final CallBook book;

    @Inject
    Trials(Calls calls, Journals journals, JournalKeeper keeper, CallBook book) {
        this.calls = calls;
        this.journals = journals;
        this.keeper = keeper;
        this.book = book;
    }

    /**
     * What came of a call.
     *
     * @param status as a caller by HTTP would have got it
     * @param text the answer, or what was wrong; the owner's view, so with a traceback; at most 20,000 characters
     */
    public record Tried(int status, Duration took, String text) {}

    /** Calls it as its owner; waits for the answer, at most a minute. */
    public Tried call(FunctionVersion version, String handler, List<String> arguments) throws InterruptedException {
        Ask ask = ask(UUID.randomUUID().toString(), handler, arguments);
        try (Calls.Taken taken = calls.take(version, "", ask, PATIENCE)) {
            Verdict verdict = outcome(taken, handler);
            long age = taken.age();
            book.ended(taken, version, ask, verdict.status(), verdict.name());
            return new Tried(verdict.status(), Duration.ofNanos(age), shortened(verdict.forOwner()));
        } catch (Calls.TooMany _) {
            return new Tried(429, Duration.ZERO, "As many calls of your functions are under way as may.");
        }
    }

    /** What its owner types on a page. */
    public static Ask ask(String id, String handler, List<String> arguments) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        arguments.forEach(array::add);
        return new Ask(id, handler, "POST", array.toString(), "{}", "", Map.of(), new byte[0]);
    }

    /** The result of a call that nobody waited for, as its owner reads it; at most 20,000 characters. */
    public static String shown(Unattended.Final result) {
        String error = result.detail().isEmpty() ? result.message() : result.message() + "\n\n" + result.detail();
        return shortened(result.answered() ? readable(result.contentType(), result.body()) : error);
    }

    private static Verdict outcome(Calls.Taken taken, String handler) throws InterruptedException {
        try {
            Outcome outcome = taken.await();
            return switch (outcome) {
                case Outcome.Answered answered ->
                    text(answered.answer(), answered.answer().body());
                case Outcome.Streaming streaming -> streamed(taken, streaming);
                default -> Verdict.of(outcome, handler, taken.version(), taken.handlers());
            };
        } catch (InterruptedException e) {
            taken.cancel();
            throw e;
        }
    }

    /** As much of a stream as a page shows. */
    private static Verdict streamed(Calls.Taken taken, Outcome.Streaming streaming) throws InterruptedException {
        BoundedBody beginning = new BoundedBody(LONGEST_TEXT + 1);
        String broken;
        try {
            broken = streaming.rest().copyTo(beginning);
        } catch (IOException _) {
            // As much as the page shows is there.
            broken = null;
        } finally {
            taken.cancel();
        }
        return broken == null
                ? text(streaming.head(), beginning.kept())
                : new Verdict(streaming.head().status(), "function.broken", broken, "", Duration.ZERO, "broken");
    }

    private static Verdict text(FromWorker.Answer head, byte[] body) {
        return new Verdict(head.status(), "", readable(head.type(), body), "", Duration.ZERO, "answered");
    }

    private static String readable(String type, byte[] body) {
        return type.startsWith("text/") || type.contains("json")
                ? new String(body, StandardCharsets.UTF_8)
                : body.length + " bytes of " + type;
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "…";
    }

    /** What a version can be called by, the default first; empty while nobody knows. */
    public List<String> handlers(FunctionVersion version) {
        return calls.handlers(version);
    }

    /**
     * What is known of a function here.
     *
     * @param calls since the engine's start
     * @param failed of them
     * @param median of the last 200 calls
     * @param slow what 99 of 100 of these stayed below
     * @param workers of all its versions
     * @param waiting calls that wait for a worker
     * @param fault why it cannot be called; empty when it can
     */
    public record Figures(
            long calls,
            long failed,
            Optional<Duration> median,
            Optional<Duration> slow,
            int workers,
            int idle,
            int waiting,
            String fault) {}

    /** What is known of a function here. */
    public Figures figures(FunctionId function) {
        List<Standing> standing =
                calls.standing(function).stream().map(Calls.OfVersion::state).toList();
        Optional<Journal> journal = journals.find(function);
        Journal.Sums sums = journal.map(Journal::sums).orElseGet(() -> new Journal.Sums(0, 0, 0, 0, 0));
        List<Long> times = journal.map(Journal::calls).orElse(List.of()).stream()
                .map(Journal.Done::millis)
                .sorted()
                .toList();
        return new Figures(
                sums.calls(),
                sums.failed(),
                quantile(times, 0.5),
                quantile(times, 0.99),
                standing.stream().mapToInt(Standing::workers).sum(),
                standing.stream().mapToInt(Standing::idle).sum(),
                standing.stream().mapToInt(Standing::waiting).sum(),
                standing.stream()
                        .map(Standing::fault)
                        .filter(fault -> !fault.isEmpty())
                        .findFirst()
                        .orElse(""));
    }

    private static Optional<Duration> quantile(List<Long> sorted, double part) {
        return sorted.isEmpty()
                ? Optional.empty()
                : Optional.of(Duration.ofMillis(sorted.get((int) (part * (sorted.size() - 1)))));
    }

    /** A call that was. */
    public record Past(String id, Instant at, String handler, int status, Duration took) {}

    /** The last calls, the newest first. */
    public List<Past> calls(FunctionId function, int most) {
        return keeper.calls(function, most).stream()
                .map(call ->
                        new Past(call.id(), call.at(), call.handler(), call.status(), Duration.ofMillis(call.millis())))
                .toList();
    }

    /** The last lines it printed, the oldest first; behind them, where these may not be all, why. */
    public List<String> log(FunctionId function, int most) {
        JournalKeeper.Told told = keeper.lines(function, new LogQuery(0, Instant.MIN, "", most, true));
        List<String> lines =
                new ArrayList<>(told.lines().stream().map(Journal.Line::text).toList());
        if (!told.fault().isEmpty()) {
            lines.add("… " + told.fault());
        }
        return lines;
    }
}
