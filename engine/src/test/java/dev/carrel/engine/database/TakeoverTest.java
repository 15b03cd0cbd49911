/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.engine.session.Session;
import dev.carrel.engine.session.SessionState;
import dev.carrel.engine.signin.User;
import dev.carrel.plugin.database.jdbc.JdbcDatabase;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.signed.Revocation;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing is lost of an installation whose tables were not yet records. */
class TakeoverTest {
    private static final Instant NOW = Instant.ofEpochMilli(1000);
    private static final UserName ADA = new UserName("ada");

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void earlierVersion() throws Exception {
        file = folder.resolve("carrel.db");
        try (Connection old = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement sql = old.createStatement();
                InputStream schema = TakeoverTest.class.getResourceAsStream("earlier.sql")) {
            sql.execute("create table schema_version (version integer not null)");
            sql.execute("insert into schema_version values (4)");
            for (String statement : new String(schema.readAllBytes(), StandardCharsets.UTF_8).split(";\\s*\\n")) {
                if (!statement.isBlank()) {
                    sql.execute(statement);
                }
            }
            for (String row : List.of(
                    "users values ('ada', 1, 0, 1, 2, 'hash of ada')",
                    "users values ('bob', 0, 1, 2, null, null)",
                    "homes values ('ada', 'aaaaaaaaaaaaaaaaaaaaaaaaaa')",
                    "logins values ('l1', 's1', 'ada', 1, 2, 5000, 'browser')",
                    "api_tokens values ('t1', 'h1', 'ada', 'mine', '[\"inherit\"]', 1, null, 7)",
                    "invitations values ('i1', 'bob', 5000, null)",
                    "revocations values ('LOGIN', 'gone', 1, 5000)",
                    "identities values ('auth-oidc', 'sub', 'ada', 3)",
                    "used_flows values ('f1', 5000)",
                    "sessions values ('aaaaaaaaaaaaaaaaaaaaaaaaaa', 'ada', '', 'ready', 'default', '', '[]', 9, 10, null, 11, 'c1', 'up', 3)",
                    "sessions values ('bbbbbbbbbbbbbbbbbbbbbbbbbb', 'ada', '', 'failed', 'default', 'why', '[\"last\"]', 4, null, 5, 4, null, 'up', 2)",
                    "ended_sessions values ('bbbbbbbbbbbbbbbbbbbbbbbbbb', 'ada', '', 'default', 4, null, 5, 1)")) {
                sql.execute("insert into " + row);
            }
        }
    }

    @Test
    void everythingIsTakenOverOnceAndACopyStays() {
        for (int opening = 0; opening < 2; opening++) {
            try (JdbcDatabase database = OwnDatabase.open(file)) {
                Stores stores = Stores.of(database);
                assertThat(stores.users().find(ADA))
                        .contains(new User(
                                ADA, true, false, Instant.ofEpochMilli(1), Instant.ofEpochMilli(2), "hash of ada"));
                assertThat(stores.users()
                                .find(new UserName("bob"))
                                .orElseThrow()
                                .disabled())
                        .isTrue();
                assertThat(stores.logins().find("s1").orElseThrow().id()).isEqualTo("l1");
                assertThat(stores.tokens().find("h1").orElseThrow().scopes()).containsExactly("inherit");
                assertThat(stores.revocations().list(NOW))
                        .extracting(Revocation::id)
                        .containsExactly("gone");
                assertThat(stores.identities()
                                .find("auth-oidc", "sub")
                                .orElseThrow()
                                .user())
                        .isEqualTo(ADA);
                assertThat(stores.identities().use("f1", NOW)).isFalse();
                assertThat(stores.sessions().home(ADA).value()).isEqualTo("aaaaaaaaaaaaaaaaaaaaaaaaaa");
                Session living = stores.sessions().latest(ADA).getFirst();
                assertThat(living.state()).isEqualTo(SessionState.READY);
                assertThat(living.version()).isEqualTo(3 + opening);
                assertThat(stores.sessions().update(living.activeAt(NOW))).isTrue();
                assertThat(stores.sessions().unaccounted(10)).hasSize(1);
            }
        }
        assertThat(folder.resolve("carrel.db.before")).exists();
    }

    @Test
    void theLastAdministratorIsStillTheLast() {
        try (JdbcDatabase database = OwnDatabase.open(file)) {
            assertThat(Stores.of(database).users().delete(ADA, StoreContract.ends(ADA, NOW)))
                    .isEqualTo(dev.carrel.engine.signin.UserStore.Outcome.LAST_ADMIN);
        }
    }

    @Test
    void theRecordOfSecurityEventsGoesOnWhereItWas() throws Exception {
        Path other = folder.resolve("other.db");
        try (JdbcDatabase fresh = OwnDatabase.open(other)) {
            Stores.of(fresh).audit().append(AuditLogContract.event("one"));
            AuditRow one = fresh.open(AuditRow.class).get(AuditRow.LOG, 1L).orElseThrow();
            try (Connection old = DriverManager.getConnection("jdbc:sqlite:" + file);
                    Statement sql = old.createStatement()) {
                sql.execute("insert into audit values (1, " + one.at().toEpochMilli() + ", '" + one.actor() + "', '"
                        + one.action() + "', '" + one.subject() + "', '" + one.remote() + "', '" + one.request()
                        + "', '" + one.result() + "', '" + one.hash() + "')");
            }
        }
        try (JdbcDatabase database = OwnDatabase.open(file)) {
            Stores stores = Stores.of(database);
            stores.audit().append(AuditLogContract.event("two"));

            assertThat(stores.audit().latest(10)).hasSize(2);
            assertThat(stores.audit().verify()).isEmpty();
        }
        assertThat(Files.exists(file)).isTrue();
    }
}
