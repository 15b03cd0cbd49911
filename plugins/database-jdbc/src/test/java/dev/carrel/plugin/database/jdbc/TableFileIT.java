/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.plugin.Database;
import dev.carrel.plugin.table.Table;
import dev.carrel.plugin.table.TableFile;
import dev.carrel.plugin.table.Write;
import dev.carrel.plugin.testkit.DatabaseFixture;
import dev.carrel.plugin.testkit.Note;
import dev.carrel.plugin.testkit.Person;
import dev.carrel.test.server.MariaDbServer;
import dev.carrel.test.server.PostgresServer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From SQLite to PostgreSQL, from there to MariaDB, and back: the same to the byte. */
class TableFileIT {
    @TempDir
    private Path folder;

    @Test
    void tablesMoveFromDatabaseToDatabase() throws Exception {
        Path first = folder.resolve("first");
        try (DatabaseFixture sqlite = new SqliteFixture()) {
            Database database = sqlite.open();
            fill(database);
            assertThat(TableFile.write(first, tables(database))).isEqualTo(2550);
        }
        Path second = moved(first, ServerFixture.on(PostgresServer.shared()), "second");
        Path third = moved(second, ServerFixture.on(MariaDbServer.shared()), "third");
        Path fourth = moved(third, new SqliteFixture(), "fourth");
        assertThat(second).hasSameTextualContentAs(first);
        assertThat(third).hasSameTextualContentAs(first);
        assertThat(fourth).hasSameTextualContentAs(first);
    }

    private Path moved(Path from, DatabaseFixture to, String name) throws Exception {
        try (to) {
            Database database = to.open();
            Path file = folder.resolve(name);
            for (int i = 0; i < 2; i++) {
                assertThat(TableFile.read(from, database::transact, tables(database)))
                        .isEqualTo(2550);
            }
            TableFile.write(file, tables(database));
            return file;
        }
    }

    private static List<Table<?>> tables(Database database) {
        return List.of(database.open(Person.class), database.open(Note.class));
    }

    private static void fill(Database database) {
        Table<Person> people = database.open(Person.class);
        Table<Note> notes = database.open(Note.class);
        for (int batch = 0; batch < 25; batch++) {
            List<Write> writes = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                String title = Character.toString(0x20 + batch * 100 + i) + "\uD83D\uDE00 \"\\\n" + i;
                writes.add(Write.insert(
                        notes,
                        new Note("o" + i % 3, title, i % 2 == 0 ? null : "tag", i % 5 == 0 ? null : (long) i, title)));
            }
            assertThat(database.transact(writes).done()).isTrue();
        }
        for (int i = 0; i < 50; i++) {
            Person person = new Person(
                    "p" + i,
                    i % 2 == 0 ? "g" : null,
                    -i,
                    Long.MIN_VALUE + i,
                    i % 3 == 0,
                    i / 7.0,
                    Instant.ofEpochMilli(i - 25L),
                    List.of(Person.Mood.GOOD, Person.Mood.BAD, Person.Mood.SO_SO)
                            .get(i % 3),
                    List.of("a", "" + i),
                    null,
                    i,
                    null,
                    i % 2 == 0,
                    1e300 / (i + 1),
                    Instant.EPOCH,
                    null,
                    List.of(),
                    0);
            Person stored = people.insert(person).orElseThrow();
            for (int version = 1; version < i % 4; version++) {
                stored = people.replace(stored).orElseThrow();
            }
        }
    }
}
