/* Copyright the Carrel authors. */
package dev.carrel.router.hop;

import dev.carrel.router.hop.Place.Busy;
import dev.carrel.router.hop.Place.Silent;
import dev.carrel.router.hop.Place.There;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where sessions are that our own table does not know. A name is asked for once, however many want to know it, and what was answered is remembered: an
 * instance for a minute, and beyond that while the engine is silent, so that sessions elsewhere go on without it; anything else for a second or two.
 * Bounded in names, questions and those who wait. Any thread.
 */
public final class Whereabouts {
    private static final Duration KNOWN = Duration.ofMinutes(1);
    private static final Duration NOT_KNOWN = Duration.ofSeconds(2);
    private static final Duration SILENT = Duration.ofSeconds(1);
    private static final int MAX_NAMES = 10_000;
    private static final int MAX_QUESTIONS = 64;
    private static final int MAX_WAITING = 1_000;

    private final Question question;
    private final Map<String, Known> known = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
            return size() > MAX_NAMES;
        }
    };
    private final Map<String, List<Waiting>> asked = new HashMap<>();

    /** Asks the engine; answers once, on any thread, within a few seconds. */
    @FunctionalInterface
    public interface Question {
        /** Asks for a host, or for a path that begins with a slash. */
        void ask(String name, Consumer<Place> answer);
    }

    private record Known(Place place, long until) {}

    private record Waiting(Executor executor, Consumer<Place> callback) {}

    /** Knows nothing yet. */
    public Whereabouts(Question question) {
        this.question = question;
    }

    /** Calls back once: at once when it is known, else on the executor. */
    public void find(String name, Executor executor, Consumer<Place> callback) {
        Place answer = null;
        boolean first = false;
        synchronized (known) {
            Known there = known.get(name);
            if (there != null && System.nanoTime() - there.until() < 0) {
                answer = there.place();
            } else {
                List<Waiting> waiting = asked.get(name);
                first = waiting == null;
                if (waiting == null ? asked.size() >= MAX_QUESTIONS : waiting.size() >= MAX_WAITING) {
                    answer = new Busy();
                } else {
                    asked.computeIfAbsent(name, _ -> new ArrayList<>()).add(new Waiting(executor, callback));
                }
            }
        }
        if (answer != null) {
            callback.accept(answer);
        } else if (first) {
            question.ask(name, place -> answered(name, place));
        }
    }

    /** What was answered proved wrong: the next one asks again. */
    public void forget(String name) {
        synchronized (known) {
            known.remove(name);
        }
    }

    private void answered(String name, Place answer) {
        List<Waiting> waiting;
        Place place;
        synchronized (known) {
            place = better(known.get(name), answer);
            Duration keep = answer instanceof Silent ? SILENT : answer instanceof There ? KNOWN : NOT_KNOWN;
            known.put(name, new Known(place, System.nanoTime() + keep.toNanos()));
            waiting = asked.remove(name);
        }
        if (waiting != null) {
            waiting.forEach(one -> one.executor().execute(() -> one.callback().accept(place)));
        }
    }

    /** An engine that is silent does not unsay what it said before. */
    private static Place better(@Nullable Known before, Place answer) {
        return answer instanceof Silent && before != null && before.place() instanceof There ? before.place() : answer;
    }
}
