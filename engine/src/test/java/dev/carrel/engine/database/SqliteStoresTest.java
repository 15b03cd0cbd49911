/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SQLite keeps every contract. */
class SqliteStoresTest {
    @TempDir
    Path folder;

    private Database database;

    @BeforeEach
    void create() {
        database = new Database(folder.resolve("carrel.db"));
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Nested
    class Leases extends LeaseStoreContract {
        @Override
        Stores open() {
            return Stores.of(database);
        }
    }

    @Nested
    class Users extends UserStoreContract {
        @Override
        Stores open() {
            return Stores.of(database);
        }
    }

    @Nested
    class Logins extends LoginStoreContract {
        @Override
        Stores open() {
            return Stores.of(database);
        }
    }

    @Nested
    class Tokens extends TokenStoreContract {
        @Override
        Stores open() {
            return Stores.of(database);
        }
    }

    @Nested
    class Invitations extends InvitationStoreContract {
        @Override
        Stores open() {
            return Stores.of(database);
        }
    }

    @Nested
    class Identities extends IdentityStoreContract {
        @Override
        Stores open() {
            return Stores.of(database);
        }
    }

    @Nested
    class Revocations extends RevocationStoreContract {
        @Override
        Stores open() {
            return Stores.of(database);
        }
    }

    @Nested
    class Sessions extends SessionStoreContract {
        @Override
        Stores open() {
            return Stores.of(database);
        }
    }

    @Nested
    class Audit extends AuditLogContract {
        @Override
        Stores open() {
            return Stores.of(database);
        }

        private void tamper(String sql) {
            for (String subject : new String[] {"one", "two", "three"}) {
                stores.audit().append(event(subject));
            }
            assertThat(stores.audit().verify()).isEmpty();
            database.change(c -> c.execute(sql));
        }

        @Test
        void findsAnEditedEntry() {
            tamper("update audit set subject = 'somebody else' where number = 2");
            assertThat(stores.audit().verify())
                    .hasValueSatisfying(why -> assertThat(why).contains("entry 2"));
        }

        @Test
        void findsADeletedEntry() {
            tamper("delete from audit where number = 2");
            assertThat(stores.audit().verify())
                    .hasValueSatisfying(why -> assertThat(why).contains("entry 3"));
        }

        @Test
        void findsThatTheFirstEntriesWereDeleted() {
            tamper("delete from audit where number < 3");
            assertThat(stores.audit().verify()).isPresent();
        }

        @Test
        void findsThatTheLastEntriesWereDeleted() {
            tamper("delete from audit where number > 1");
            assertThat(stores.audit().verify())
                    .hasValueSatisfying(why -> assertThat(why).contains("entry 2 is missing"));
        }
    }
}
