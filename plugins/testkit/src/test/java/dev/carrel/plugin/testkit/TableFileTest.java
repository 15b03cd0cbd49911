/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.carrel.plugin.table.DatabaseException;
import dev.carrel.plugin.table.Query;
import dev.carrel.plugin.table.Table;
import dev.carrel.plugin.table.TableFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of tables: whole, or refused before anything is written. */
class TableFileTest {
    @TempDir
    private Path folder;

    private final FakeDatabase database = new FakeDatabase();
    private final Table<Person> people = database.open(Person.class);
    private final Table<Note> notes = database.open(Note.class);
    private final List<Table<?>> tables = List.of(people, notes);

    private Path file() {
        return folder.resolve("tables");
    }

    private List<String> written() throws Exception {
        people.insert(Person.named("Ada").aged(36));
        people.put(Person.named("Ada").aged(37));
        people.insert(Person.named("Bob"));
        notes.insert(Note.of("Ada", "a"));
        assertThat(TableFile.write(file(), tables)).isEqualTo(3);
        return Files.readAllLines(file());
    }

    private void clear() {
        people.query(Query.all())
                .rows()
                .forEach(p -> people.delete(people.shape().key(p)));
        notes.query(Query.all()).rows().forEach(n -> notes.delete(notes.shape().key(n)));
    }

    @Test
    void aFileHoldsRowsWithTheirVersions() throws Exception {
        assertThat(written()).hasSize(7);
        assertThat(Files.readAllLines(file()).getFirst())
                .isEqualTo("{\"carrel-tables\":1,\"tables\":\"people,notes\"}");
        assertThat(Files.readAllLines(file()).getLast()).isEqualTo("{\"end\":3}");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
        clear();
        people.insert(Person.named("Cid"));
        assertThat(TableFile.read(file(), database::transact, tables)).isEqualTo(3);
        assertThat(people.get("Ada")).contains(Person.named("Ada").aged(37).versioned(2));
        assertThat(people.count(Query.all())).isEqualTo(3);
        assertThat(notes.count(Query.all())).isEqualTo(1);
    }

    @Test
    void noBatchIsMoreThanSomeDatabaseTakesAtOnce() throws Exception {
        for (int i = 0; i < 25; i++) {
            notes.insert(Note.of("Ada", "t" + i).saying("x".repeat(290_000)));
        }
        TableFile.write(file(), tables);
        clear();
        List<Integer> batches = new java.util.ArrayList<>();
        TableFile.read(
                file(),
                writes -> {
                    batches.add(writes.size());
                    return database.transact(writes);
                },
                tables);
        assertThat(batches).containsExactly(10, 10, 5);
        assertThat(notes.count(Query.all())).isEqualTo(25);
    }

    @Test
    void aColumnThatTheFileDoesNotKnowBeginsAsInAnyOldRow() throws Exception {
        List<String> lines = written();
        Files.write(
                file(),
                lines.stream()
                        .map(l -> l.replace("\"age\":37,", "").replace("\"note\":null,", ""))
                        .toList());
        clear();
        TableFile.read(file(), database::transact, tables);
        assertThat(people.get("Ada")).contains(Person.named("Ada").versioned(2));
    }

    @Test
    void aFileThatIsNotWholeIsRefusedAsAWhole() throws Exception {
        List<String> lines = written();
        clear();
        refused(List.of(), "line 1", "no file of tables");
        refused(List.of("{}"), "line 1", "no file of tables");
        refused(List.of("hello"), "line 1");
        refused(lines.subList(0, 6), "line 7", "cut off");
        refused(lines.subList(0, 3), "line 4", "cut off");
        refused(changed(lines, 6, "{\"end\":4}"), "line 7", "3 rows");
        refused(changed(lines, 6, "{\"end\":3}\n{\"end\":3}"), "more lines");
        refused(changed(lines, 3, lines.get(3).substring(0, 20)), "line 4");
        refused(changed(lines, 3, ""), "line 4");
        refused(changed(lines, 1, lines.get(2)), "line 2", "no table");
    }

    @Test
    void aFileThatDoesNotFitIsRefusedAsAWhole() throws Exception {
        List<String> lines = written();
        clear();
        refused(changed(lines, 0, lines.getFirst().replace(":1,", ":2,")), "line 1", "format 2");
        refused(changed(lines, 0, lines.getFirst().replace("notes", "others")), "line 1", "table others");
        refused(changed(lines, 4, "{\"table\":\"others\"}"), "line 5", "table others");
        refused(changed(lines, 2, lines.get(2).replace("\"age\":", "\"years\":")), "line 3", "unknown years");
        refused(changed(lines, 2, lines.get(2).replace("\"age\":37", "\"age\":\"37\"")), "line 3", "age");
        refused(changed(lines, 2, lines.get(2).replace("\"age\":37", "\"age\":1099511627776")), "line 3", "age");
        refused(changed(lines, 2, lines.get(2).replace("GOOD", "GREAT")), "line 3", "GREAT");
        refused(changed(lines, 2, lines.get(2).replace("\"Ada\"", "\"\"")), "line 3", "name");
        refused(changed(lines, 2, lines.get(2).replace("\"Ada\"", "null")), "line 3", "name");
    }

    private static List<String> changed(List<String> lines, int at, String line) {
        List<String> changed = new java.util.ArrayList<>(lines);
        changed.set(at, line);
        return changed;
    }

    private void refused(List<String> lines, String... parts) throws Exception {
        Files.write(file(), lines);
        assertThatIllegalArgumentException()
                .as(String.join("\n", lines))
                .isThrownBy(() -> TableFile.read(file(), database::transact, tables))
                .withMessageContainingAll(parts);
        assertThat(people.count(Query.all()) + notes.count(Query.all())).isZero();
    }

    @Test
    void anExportThatFailsLeavesTheFileOfBefore() throws Exception {
        List<String> lines = written();
        database.down(true);
        assertThatExceptionOfType(DatabaseException.class).isThrownBy(() -> TableFile.write(file(), tables));
        assertThat(Files.readAllLines(file())).isEqualTo(lines);
        try (var files = Files.list(folder)) {
            assertThat(files).hasSize(1);
        }
    }
}
