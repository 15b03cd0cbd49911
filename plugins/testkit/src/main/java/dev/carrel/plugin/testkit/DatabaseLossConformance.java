/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.carrel.plugin.Database;
import dev.carrel.plugin.table.DatabaseException;
import dev.carrel.plugin.table.Query;
import dev.carrel.plugin.table.Table;
import dev.carrel.plugin.table.Write;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server that dies and comes back. */
@Timeout(180)
public abstract class DatabaseLossConformance {
    private static final Duration RECOVERY = Duration.ofSeconds(5);

    /** For subclasses. */
    protected DatabaseLossConformance() {}

    /** The subject: a database without tables. */
    protected abstract LossFixture fixture();

    private final List<LossFixture> opened = new ArrayList<>();

    @BeforeEach
    final void begin() {
        opened.add(fixture());
    }

    @AfterEach
    final void end() {
        opened.forEach(LossFixture::close);
    }

    @Test
    void callsFailInTimeAndSucceedSoonAfterTheReturn() {
        LossFixture fixture = opened.getFirst();
        Database database = fixture.open();
        Table<Person> people = database.open(Person.class);
        people.insert(Person.named("before"));
        fixture.kill();
        for (Runnable call : List.<Runnable>of(
                () -> people.get("before"),
                () -> people.insert(Person.named("during")),
                () -> people.query(Query.all()),
                () -> database.transact(List.of(Write.put(people, Person.named("during")))),
                () -> database.open(Note.class))) {
            long start = System.nanoTime();
            DatabaseException failure = catchThrowableOfType(DatabaseException.class, call::run);
            assertThat(failure).isNotNull().matches(DatabaseException::retryable, "retryable");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(fixture.deadline());
        }
        assertThat(database.health()).isPresent();
        fixture.restart();
        long back = System.nanoTime();
        assertThat(untilItAnswers(people)).contains(Person.named("before").versioned(1));
        assertThat(Duration.ofNanos(System.nanoTime() - back)).isLessThan(RECOVERY);
        assertThat(people.insert(Person.named("after"))).isPresent();
        assertThat(database.health()).isEmpty();
        assertThat(people.get("during")).isEmpty();
    }

    private static java.util.Optional<Person> untilItAnswers(Table<Person> people) {
        long start = System.nanoTime();
        while (true) {
            try {
                return people.get("before");
            } catch (DatabaseException e) {
                if (System.nanoTime() - start > RECOVERY.toNanos() * 3) {
                    throw e;
                }
            }
        }
    }

    @Test
    void anEngineThatStartsBeforeItsDatabaseWaitsForNothing() {
        LossFixture fixture = opened.getFirst();
        fixture.open().open(Person.class).insert(Person.named("before"));
        fixture.kill();
        Database database = fixture.open();
        DatabaseException failure = catchThrowableOfType(DatabaseException.class, () -> database.open(Person.class));
        assertThat(failure).isNotNull().matches(DatabaseException::retryable, "retryable");
        fixture.restart();
        long back = System.nanoTime();
        while (database.health().isPresent()) {
            assertThat(Duration.ofNanos(System.nanoTime() - back)).isLessThan(RECOVERY);
        }
        assertThat(database.open(Person.class).get("before")).isPresent();
    }

    @Test
    void whatWasAnsweredIsThereAndNothingIsThereByHalf() throws Exception {
        LossFixture fixture = opened.getFirst();
        Database database = fixture.open();
        Table<Note> notes = database.open(Note.class);
        ConcurrentLinkedQueue<String> answered = new ConcurrentLinkedQueue<>();
        CountDownLatch busy = new CountDownLatch(40);
        AtomicBoolean stopped = new AtomicBoolean();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> writers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                String owner = "writer " + i;
                writers.add(threads.submit(() -> {
                    for (int number = 0; !stopped.get(); number++) {
                        String title = owner + " " + number;
                        try {
                            database.transact(List.of(
                                    Write.insert(notes, Note.of("left", title)),
                                    Write.insert(notes, Note.of("right", title))));
                            answered.add(title);
                            busy.countDown();
                        } catch (DatabaseException e) {
                            assertThat(e).matches(DatabaseException::retryable, "retryable");
                            return;
                        }
                    }
                }));
            }
            busy.await();
            fixture.kill();
            for (Future<?> writer : writers) {
                writer.get();
            }
            stopped.set(true);
        }
        fixture.restart();
        while (database.health().isPresent()) {
            Thread.onSpinWait();
        }
        List<String> left = titles(notes, "left");
        assertThat(left).containsAll(answered);
        assertThat(titles(notes, "right")).containsExactlyElementsOf(left);
    }

    private static List<String> titles(Table<Note> notes, String owner) {
        return DatabaseConformance.readAll(notes, Query.of(owner).limit(1000)).stream()
                .map(Note::title)
                .collect(Collectors.toList());
    }
}
