/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.plugin.table.Page;
import dev.carrel.plugin.table.Query;
import dev.carrel.plugin.table.Table;
import dev.carrel.plugin.testkit.Note;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An engine that is killed in the middle of writing. */
@Timeout(120)
class SqliteKillTest {
    @TempDir
    private Path folder;

    @Test
    void whatWasAnsweredIsThereAndNothingIsThereByHalf() throws Exception {
        List<String> answered = new ArrayList<>();
        for (int round = 0; round < 4; round++) {
            answered.addAll(killed("round " + round, 50 + 37 * round));
        }
        try (JdbcDatabase database = JdbcDatabase.open(SqliteFixture.settings("", "", "", "t_"), folder)) {
            Table<Note> notes = database.open(Note.class);
            List<String> left = titles(notes, "left");
            assertThat(left).containsAll(answered);
            assertThat(titles(notes, "right")).isEqualTo(left);
        }
    }

    private List<String> killed(String name, int writes) throws Exception {
        Process writer = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        SqliteWriter.class.getName(),
                        folder.toString(),
                        name)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String> answered = new ArrayList<>();
        try (BufferedReader out = writer.inputReader()) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.startsWith(name)) {
                    answered.add(line);
                }
                if (answered.size() == writes) {
                    // By its handle: the process itself would close its output, and the last lines be lost.
                    writer.toHandle().destroyForcibly();
                }
            }
        } finally {
            writer.destroyForcibly();
        }
        // A line that was cut off names no row.
        answered.removeLast();
        assertThat(answered).hasSizeGreaterThan(writes / 2);
        return answered;
    }

    private static List<String> titles(Table<Note> notes, String owner) {
        List<String> titles = new ArrayList<>();
        Query query = Query.of(owner).limit(1000);
        for (Optional<Query> next = Optional.of(query); next.isPresent(); ) {
            Page<Note> page = notes.query(next.get());
            page.rows().forEach(n -> titles.add(n.title()));
            next = page.next().map(query::after);
        }
        return titles;
    }
}
