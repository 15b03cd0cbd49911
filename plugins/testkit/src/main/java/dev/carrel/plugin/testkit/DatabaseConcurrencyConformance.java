/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import static dev.carrel.plugin.table.Comparison.eq;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.plugin.Database;
import dev.carrel.plugin.table.DatabaseException;
import dev.carrel.plugin.table.Query;
import dev.carrel.plugin.table.RowKey;
import dev.carrel.plugin.table.Table;
import dev.carrel.plugin.table.Write;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Many writers, half of them through another engine. */
public abstract class DatabaseConcurrencyConformance extends DatabaseConformance {
    private static final int WRITERS = 8;

    private List<Database> engines = List.of();

    /** For subclasses. */
    protected DatabaseConcurrencyConformance() {}

    @BeforeEach
    final void engines() {
        engines = List.of(database(), another());
    }

    private interface Work<T> {
        T by(Database engine, int writer) throws Exception;
    }

    /** All begin at once; half are of another engine. */
    private <T> List<T> together(int writers, Work<T> work) throws Exception {
        CyclicBarrier start = new CyclicBarrier(writers);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<T>> tasks = new ArrayList<>();
            for (int i = 0; i < writers; i++) {
                int writer = i;
                tasks.add(() -> {
                    start.await();
                    return work.by(engines.get(writer % engines.size()), writer);
                });
            }
            List<T> results = new ArrayList<>();
            for (Future<T> result : threads.invokeAll(tasks)) {
                results.add(result.get());
            }
            return results;
        }
    }

    /** Too much contention is a reason to fail, not to fail the promise. */
    private static <T> T patiently(Callable<T> work) throws Exception {
        for (int attempt = 0; ; attempt++) {
            try {
                return work.call();
            } catch (DatabaseException e) {
                if (!e.retryable() || attempt > 20) {
                    throw e;
                }
            }
        }
    }

    @Test
    void ofManyInsertionsOfOneKeyOneWins() throws Exception {
        Table<Person> people = database().open(Person.class);
        engines.forEach(e -> e.open(Person.class));
        for (int round = 0; round < 20; round++) {
            String name = "p" + round;
            List<Boolean> won = together(WRITERS, (engine, writer) -> {
                Table<Person> table = engine.open(Person.class);
                return patiently(
                        () -> table.insert(Person.named(name).aged(writer)).isPresent());
            });
            assertThat(won.stream().filter(w -> w)).hasSize(1);
            assertThat(people.get(name).map(Person::age)).contains(won.indexOf(true));
        }
    }

    @Test
    void noUpdateIsLost() throws Exception {
        Table<Person> people = database().open(Person.class);
        people.insert(Person.named("counter"));
        together(WRITERS, (engine, _) -> {
            Table<Person> table = engine.open(Person.class);
            for (int done = 0; done < 25; ) {
                Person before = table.get("counter").orElseThrow();
                if (patiently(() -> table.replace(before.aged(before.age() + 1)))
                        .isPresent()) {
                    done++;
                }
            }
            return true;
        });
        Person after = people.get("counter").orElseThrow();
        assertThat(after.age()).isEqualTo(WRITERS * 25);
        assertThat(after.version()).isEqualTo(1 + WRITERS * 25L);
    }

    @Test
    void whatIsMovedIsNeitherLostNorDoubled() throws Exception {
        Table<Person> people = database().open(Person.class);
        IntStream.range(0, 4)
                .forEach(i -> people.insert(Person.named("account" + i).aged(100)));
        List<Integer> moved = together(WRITERS, (engine, writer) -> {
            Table<Person> table = engine.open(Person.class);
            Random random = new Random(writer);
            int done = 0;
            for (int i = 0; i < 40; i++) {
                Person from = table.get("account" + random.nextInt(4)).orElseThrow();
                Person to = table.get("account" + random.nextInt(4)).orElseThrow();
                if (!from.name().equals(to.name())) {
                    List<Write> move = List.of(
                            Write.replace(table, from.aged(from.age() - 1)),
                            Write.replace(table, to.aged(to.age() + 1)));
                    done += patiently(() -> engine.transact(move)).done() ? 1 : 0;
                }
            }
            return done;
        });
        List<Person> after = readAll(people, Query.all());
        assertThat(after.stream().mapToInt(Person::age).sum()).isEqualTo(400);
        long versions = after.stream().mapToLong(Person::version).sum();
        assertThat(versions).isEqualTo(4 + 2L * moved.stream().mapToInt(m -> m).sum());
    }

    @Test
    void whatATransactionChecksStaysTrueUntilItsEnd() throws Exception {
        Table<Person> people = database().open(Person.class);
        for (int round = 0; round < 30; round++) {
            String left = "l" + round;
            String right = "r" + round;
            people.insert(Person.named(left).aged(1));
            people.insert(Person.named(right).aged(1));
            // Each may leave as long as the other stays.
            List<Boolean> gone = together(2, (engine, writer) -> {
                Table<Person> table = engine.open(Person.class);
                return patiently(() -> engine.transact(List.of(
                                Write.check(table, RowKey.of(writer == 0 ? right : left), eq("age", 1)),
                                Write.replace(
                                        table,
                                        Person.named(writer == 0 ? left : right).versioned(1))))
                        .done());
            });
            assertThat(gone.stream().filter(g -> g).count())
                    .as("round " + round)
                    .isLessThanOrEqualTo(1);
        }
    }

    @Test
    void transactionsOverTheSameRowsInAnyOrderAllEnd() throws Exception {
        Table<Note> notes = database().open(Note.class);
        together(WRITERS, (engine, writer) -> {
            Table<Note> table = engine.open(Note.class);
            for (int i = 0; i < 15; i++) {
                List<Write> writes = new ArrayList<>();
                for (int row = 0; row < 10; row++) {
                    writes.add(Write.put(table, Note.of("Ada", "t" + row).saying(writer + "." + i)));
                }
                Collections.shuffle(writes, new Random(writer * 100L + i));
                patiently(() -> engine.transact(writes));
            }
            return true;
        });
        List<Note> after = readAll(notes, Query.all());
        assertThat(after).hasSize(10);
        assertThat(after.stream().map(Note::text).distinct())
                .as("all of one transaction")
                .hasSize(1);
    }

    @Test
    void insertionsInTransactionsClaimTheirKeys() throws Exception {
        Table<Note> notes = database().open(Note.class);
        for (int round = 0; round < 15; round++) {
            String owner = "o" + round;
            List<Boolean> won = together(WRITERS, (engine, writer) -> {
                Table<Note> table = engine.open(Note.class);
                return patiently(() -> engine.transact(List.of(
                                Write.insert(table, Note.of(owner, "mine " + writer)),
                                Write.insert(table, Note.of(owner, "claim").saying("" + writer))))
                        .done());
            });
            assertThat(won.stream().filter(w -> w)).hasSize(1);
            assertThat(notes.count(Query.of(owner))).isEqualTo(2);
            assertThat(notes.get(owner, "mine " + won.indexOf(true))).isPresent();
        }
    }

    @Test
    void manyEnginesMayOpenANewTableAtOnce() throws Exception {
        List<Boolean> inserted = together(
                WRITERS,
                (engine, writer) -> patiently(() -> engine.open(Person.class)
                        .insert(Person.named("p" + writer))
                        .isPresent()));
        assertThat(inserted).containsOnly(true);
        assertThat(database().open(Person.class).count(Query.all())).isEqualTo(WRITERS);
    }
}
