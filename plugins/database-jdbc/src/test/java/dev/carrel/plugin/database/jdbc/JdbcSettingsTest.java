/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.carrel.plugin.table.DatabaseException;
import dev.carrel.plugin.testkit.Person;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the settings may say, and what is shown of them. */
class JdbcSettingsTest {
    @TempDir
    private Path folder;

    private String name(String url) {
        return Dialect.of(SqliteFixture.settings(url, "u", "secret", ""), folder)
                .name();
    }

    @Test
    void theUrlChoosesTheDatabaseAndItsSecretsAreNotShown() {
        assertThat(name("")).isEqualTo("SQLite " + folder.resolve("tables.db"));
        assertThat(name("jdbc:sqlite:/a/b.db")).isEqualTo("SQLite /a/b.db");
        assertThat(name("jdbc:postgresql://u:secret@host:5432/db?password=secret"))
                .isEqualTo("PostgreSQL host:5432/db");
        assertThat(name("jdbc:mariadb://host/db?user=u&password=secret")).isEqualTo("MariaDB host/db");
        assertThat(name("jdbc:mysql://host/db")).isEqualTo("MySQL host/db");
    }

    @Test
    void anotherUrlIsRefusedWithoutShowingIt() {
        for (String url : List.of("jdbc:oracle:thin:u/secret@host", "postgres://u:secret@host/db", "secret")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> name(url))
                    .withMessageContaining("expected: jdbc:sqlite:")
                    .satisfies(e -> assertThat(e.getMessage()).doesNotContain("secret"));
        }
    }

    @Test
    void aPrefixThatTablesCannotHaveIsRefused() {
        for (String prefix : List.of("A", "1a", "a-b", "abcdefghijk", "a\"")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> SqliteFixture.settings("", "", "", prefix))
                    .withMessageContaining("table-prefix");
        }
    }

    @Test
    void installationsInOneDatabaseDoNotMix() {
        try (JdbcDatabase one = JdbcDatabase.open(SqliteFixture.settings("", "", "", "one_"), folder);
                JdbcDatabase two = JdbcDatabase.open(SqliteFixture.settings("", "", "", "two_"), folder)) {
            one.open(Person.class).insert(Person.named("Ada"));
            assertThat(two.open(Person.class).get("Ada")).isEmpty();
        }
    }

    @Test
    void theFileIsItsOwnersAlone() throws Exception {
        Path file = Files.createFile(
                folder.resolve("tables.db"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r--r--")));
        try (JdbcDatabase database = JdbcDatabase.open(SqliteFixture.settings("", "", "", ""), folder)) {
            database.open(Person.class);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void aFileThatCannotBeMadeIsNamed() {
        assertThatExceptionOfType(DatabaseException.class)
                .isThrownBy(() ->
                        JdbcDatabase.open(SqliteFixture.settings("jdbc:sqlite:/proc/none/t.db", "", "", ""), folder))
                .withMessageContaining("/proc/none/t.db");
    }
}
