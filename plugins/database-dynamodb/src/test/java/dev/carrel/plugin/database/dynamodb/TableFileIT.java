/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.plugin.Database;
import dev.carrel.plugin.table.Table;
import dev.carrel.plugin.table.TableFile;
import dev.carrel.plugin.testkit.FakeDatabase;
import dev.carrel.plugin.testkit.Note;
import dev.carrel.plugin.testkit.Person;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tables come from another database and leave again, the same but for the order of their rows. */
@Timeout(120)
class TableFileIT {
    private static final int LARGE = 30;

    @TempDir
    private Path folder;

    private static List<Table<?>> tables(Database database) {
        return List.of(database.open(Person.class), database.open(Note.class));
    }

    private static void fill(Database database) {
        Table<Person> people = database.open(Person.class);
        Table<Note> notes = database.open(Note.class);
        for (int i = 0; i < LARGE; i++) {
            notes.insert(new Note("o" + i % 3, "\uD83D\uDE00 \"\\\n" + i, "tag", (long) i, "é".repeat(100_000)));
        }
        for (int i = 0; i < 120; i++) {
            Person person = Person.named("p" + i)
                    .aged(i)
                    .in(i % 2 == 0 ? "g" : null, Instant.ofEpochMilli(i - 25L))
                    .noted(i % 3 == 0 ? "" : null);
            Person stored = people.insert(person).orElseThrow();
            for (int version = 1; version < i % 4; version++) {
                stored = people.replace(stored).orElseThrow();
            }
        }
    }

    @Test
    void tablesMoveToDynamoDbAndBack() throws Exception {
        Database before = new FakeDatabase();
        fill(before);
        Path first = folder.resolve("first");
        Path second = folder.resolve("second");
        assertThat(TableFile.write(first, tables(before))).isEqualTo(LARGE + 120);
        try (LocalFixture fixture = LocalFixture.shared()) {
            Database database = fixture.open();
            for (int i = 0; i < 2; i++) {
                assertThat(TableFile.read(first, database::transact, tables(database)))
                        .isEqualTo(LARGE + 120);
            }
            TableFile.write(second, tables(database));
        }
        assertThat(Files.readAllLines(second)).containsExactlyInAnyOrderElementsOf(Files.readAllLines(first));
    }
}
