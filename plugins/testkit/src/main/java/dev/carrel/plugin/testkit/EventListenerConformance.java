/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.plugin.Event;
import dev.carrel.plugin.EventListener;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An {@link EventListener}: it takes whatever has happened, in time, also what it has no use for. */
@Timeout(120)
public abstract class EventListenerConformance {
    private static final Instant NOON = Instant.parse("2026-03-08T12:00:00Z");
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int MANY = 1000;

    private EventListener listener = _ -> {};

    /** For subclasses. */
    protected EventListenerConformance() {}

    /** The subject. */
    protected abstract EventListener listener();

    @BeforeEach
    final void open() {
        listener = listener();
    }

    private static Event session(String id, Event.SessionChanged.State state, String text) {
        return new Event.SessionChanged(NOON, id, "ada", text, text, state, text, NOON);
    }

    private void takes(Event event) throws Exception {
        long begin = System.nanoTime();
        listener.on(event);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(LIMIT);
    }

    @Test
    void everyStateOfASessionIsTaken() throws Exception {
        for (Event.SessionChanged.State state : Event.SessionChanged.State.values()) {
            takes(session("s1", state, ""));
        }
    }

    @Test
    void whatBeganBeforeItCameIsTakenInTheMiddle() throws Exception {
        takes(session("s2", Event.SessionChanged.State.STOPPED, "it was stopped"));
        takes(session("s3", Event.SessionChanged.State.FAILED, "no image"));
    }

    @Test
    void unknownActionsAndOddTextsAreTaken() throws Exception {
        for (String text : Hostile.TEXTS) {
            takes(new Event.AccountEvent(NOON, text, text, text, text));
            takes(session("s4", Event.SessionChanged.State.READY, text));
        }
        takes(new Event.AccountEvent(NOON, "", "never.heard.of", "ada", "done"));
    }

    @Test
    void everyChangeOfAFunctionIsTaken() throws Exception {
        for (Event.FunctionChanged.Change change : Event.FunctionChanged.Change.values()) {
            takes(new Event.FunctionChanged(NOON, "ada", "calc", 3, change, ""));
        }
        takes(new Event.FunctionChanged(
                NOON, "ada", "calc", 1, Event.FunctionChanged.Change.HALTED, "its workers ended 5 times in 60 s"));
    }

    @Test
    void everyStateOfATaskIsTaken() throws Exception {
        for (Event.TaskChanged.State state : Event.TaskChanged.State.values()) {
            takes(new Event.TaskChanged(NOON, "t1", 0, "ada", state, ""));
            takes(new Event.TaskChanged(NOON, "t1", 2, "ada", state, "out of memory"));
        }
    }

    @Test
    void manyInARowAreTaken() throws Exception {
        for (int i = 0; i < MANY; i++) {
            takes(session("s" + i, Event.SessionChanged.State.READY, ""));
        }
    }
}
