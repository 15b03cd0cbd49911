/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.carrel.plugin.table.DatabaseException;
import dev.carrel.plugin.table.Table;
import dev.carrel.plugin.table.Write;
import dev.carrel.plugin.testkit.Person;
import dev.carrel.test.server.MariaDbServer;
import dev.carrel.test.server.PostgresServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whoever holds a row for ever keeps nobody for ever. */
@Timeout(60)
class DeadlineIT {
    private static final Duration LIMIT = Duration.ofSeconds(1);

    @TempDir
    private Path folder;

    @Test
    void sqlite() throws Exception {
        waitInVain("", "", "");
    }

    @Test
    void postgres() throws Exception {
        PostgresServer server = PostgresServer.shared();
        waitInVain(server.url(), server.user(), server.password());
    }

    @Test
    void mariaDb() throws Exception {
        MariaDbServer server = MariaDbServer.shared();
        waitInVain(server.url(), server.user(), server.password());
    }

    private static JdbcSettings settings(String url, String user, String password, Duration limit) {
        return new JdbcSettings(url, user, password, 4, "deadline_", Duration.ofSeconds(5), limit);
    }

    private void waitInVain(String url, String user, String password) throws Exception {
        JdbcSettings settings = settings(url, user, password, LIMIT);
        JdbcSettings patient = settings(url, user, password, Duration.ofMinutes(1));
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        try (JdbcDatabase database = JdbcDatabase.open(settings, folder);
                JdbcDatabase holder = JdbcDatabase.open(patient, folder);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                AutoCloseable _ = release::countDown) {
            Table<Person> people = database.open(Person.class);
            Person ada = people.insert(Person.named("Ada")).orElseThrow();
            JdbcTable<Person> same = (JdbcTable<Person>) holder.open(Person.class);
            Future<?> holding = threads.submit(() -> holder.connections().transact("holding", connection -> {
                same.put(connection, same.first(ada.aged(1)));
                held.countDown();
                try {
                    release.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return false;
            }));
            held.await();
            for (Runnable call : List.<Runnable>of(
                    () -> people.replace(ada.aged(2)),
                    () -> people.insert(ada),
                    () -> database.transact(
                            List.of(Write.insert(people, Person.named("Bob")), Write.replace(people, ada.aged(2)))))) {
                long begun = System.nanoTime();
                DatabaseException failure = catchThrowableOfType(DatabaseException.class, call::run);
                if (failure != null) {
                    assertThat(failure).matches(DatabaseException::retryable, "retryable");
                }
                assertThat(Duration.ofNanos(System.nanoTime() - begun))
                        .isLessThan(LIMIT.multipliedBy(2).plusMillis(900));
            }
            assertThat(people.get("Ada")).as("readers do not wait").contains(ada);
            release.countDown();
            holding.get();
            assertThat(people.replace(ada.aged(2))).isPresent();
            assertThat(people.get("Bob")).isEmpty();
        }
    }
}
