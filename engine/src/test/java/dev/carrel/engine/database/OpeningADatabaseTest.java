/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.engine.store.StoreException;
import dev.carrel.plugin.database.jdbc.JdbcDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpeningADatabaseTest {
    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void nameIt() {
        file = folder.resolve("carrel.db");
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void keepsEveryFileOfItFromOthers() throws Exception {
        try (JdbcDatabase database = OwnDatabase.open(file)) {
            Stores.of(database).users().add(StoreContract.user("ada"));

            try (Stream<Path> files = Files.list(folder)) {
                assertThat(files.toList())
                        .hasSizeGreaterThan(1)
                        .allSatisfy(f -> assertThat(mode(f)).isEqualTo("rw-------"));
            }
        }
    }

    @Test
    void takesAWiderModeAway() throws Exception {
        OwnDatabase.open(file).close();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

        OwnDatabase.open(file).close();

        assertThat(mode(file)).isEqualTo("rw-------");
    }

    @Test
    void findsWhatWasWrittenBefore() {
        try (JdbcDatabase database = OwnDatabase.open(file)) {
            Stores.of(database).users().add(StoreContract.user("ada"));
        }
        try (JdbcDatabase database = OwnDatabase.open(file)) {
            assertThat(Stores.of(database).users().find(StoreContract.ADA)).isPresent();
            assertThat(database.health()).isEmpty();
        }
    }

    @Test
    void refusesAFileThatIsNoDatabaseAndNamesIt() throws Exception {
        Files.writeString(file, "this is no database, but long enough to look like the head of one: ".repeat(10));

        assertThatThrownBy(() -> OwnDatabase.open(file))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void aFailedStartLeavesNoThreadBehind() throws Exception {
        Files.writeString(file, "this is no database, but long enough to look like the head of one: ".repeat(10));

        assertThatThrownBy(() -> OwnDatabase.open(file)).isInstanceOf(StoreException.class);

        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(t -> t.isAlive()
                        && t.getName().startsWith("database:")
                        && t.getName().contains("housekeeper"));
    }

    @Test
    void saysWhatToDoWhenTheFolderIsMissing() {
        assertThatThrownBy(() -> OwnDatabase.open(folder.resolve("missing/carrel.db")))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("missing/carrel.db")
                .hasMessageContaining("carrel setup");
    }

    @Test
    void severalMayOpenItAtOnceAndShareIt() throws Exception {
        List<JdbcDatabase> opened = new ArrayList<>(StoreContract.atOnce(4, () -> OwnDatabase.open(file)));
        try {
            var added = opened.stream()
                    .map(d -> Stores.of(d).users().add(StoreContract.user("ada")))
                    .toList();

            assertThat(added).containsExactly(true, false, false, false);
            assertThat(opened)
                    .allSatisfy(d -> assertThat(Stores.of(d).users().find(StoreContract.ADA))
                            .isPresent());
        } finally {
            opened.forEach(JdbcDatabase::close);
        }
    }

    @Test
    void writersOfTwoProcessesWaitForEachOther() throws Exception {
        try (JdbcDatabase one = OwnDatabase.open(file);
                JdbcDatabase other = OwnDatabase.open(file)) {
            StoreContract.atOnce(8, () -> {
                Stores.of(one).audit().append(AuditLogContract.event("x"));
                Stores.of(other).audit().append(AuditLogContract.event("y"));
                return true;
            });

            assertThat(Stores.of(one).audit().latest(100)).hasSize(16);
            assertThat(Stores.of(other).audit().verify()).isEmpty();
        }
    }
}
