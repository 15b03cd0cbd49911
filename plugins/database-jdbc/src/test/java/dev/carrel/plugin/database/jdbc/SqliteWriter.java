/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.jdbc;

import dev.carrel.plugin.Database;
import dev.carrel.plugin.table.Table;
import dev.carrel.plugin.table.Write;
import dev.carrel.plugin.testkit.Note;
import java.nio.file.Path;
import java.util.List;

/** A process that writes until it is killed, telling what was answered. */
final class SqliteWriter {
    private SqliteWriter() {}

    /** A folder and a name for its rows. */
    public static void main(String[] arguments) {
        Database database = JdbcDatabase.open(SqliteFixture.settings("", "", "", "t_"), Path.of(arguments[0]));
        Table<Note> notes = database.open(Note.class);
        for (int number = 0; ; number++) {
            String title = arguments[1] + " " + number;
            database.transact(List.of(
                    Write.insert(notes, Note.of("left", title).saying("x".repeat(2000))),
                    Write.insert(notes, Note.of("right", title))));
            System.out.println(title);
        }
    }
}
