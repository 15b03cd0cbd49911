/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.plugin.Database;
import dev.carrel.plugin.table.RowKey;
import dev.carrel.plugin.table.Table;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** A database on which every store keeps its contract. */
abstract class StoresOnADatabase {
    private Database database;

    /** One without tables. */
    abstract Database empty() throws Exception;

    @BeforeEach
    final void openIt() throws Exception {
        database = empty();
    }

    @Test
    void everyTableIsThereBeforeItIsAskedFor() {
        assertThat(new EngineTables(database).openAll()).hasSameSizeAs(EngineTables.ALL);
        assertThat(new EngineTables(database).openAll())
                .allSatisfy(table -> assertThat(
                                table.query(dev.carrel.plugin.table.Query.all()).rows())
                        .isEmpty());
    }

    @Nested
    class Leases extends LeaseStoreContract {
        @Override
        Stores open() {
            return Stores.of(database);
        }
    }

    @Nested
    class Instances extends InstanceStoreContract {
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
    class Ports extends PortStoreContract {
        @Override
        Stores open() {
            return Stores.of(database);
        }
    }

    @Nested
    class Functions extends FunctionStoreContract {
        @Override
        Stores open() {
            return Stores.of(database);
        }
    }

    @Nested
    class Deferred extends DeferredStoreContract {
        @Override
        Stores open() {
            return Stores.of(database);
        }
    }

    @Nested
    class Schedules extends ScheduleStoreContract {
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

        private Table<AuditRow> three() {
            for (String subject : new String[] {"one", "two", "three"}) {
                stores.audit().append(event(subject));
            }
            assertThat(stores.audit().verify()).isEmpty();
            return database.open(AuditRow.class);
        }

        @Test
        void findsAnEditedEntry() {
            Table<AuditRow> entries = three();
            AuditRow two = entries.get(AuditRow.LOG, 2L).orElseThrow();
            entries.put(new AuditRow(
                    two.log(),
                    2,
                    two.at(),
                    two.actor(),
                    two.action(),
                    "somebody else",
                    two.remote(),
                    two.request(),
                    two.result(),
                    two.hash()));

            assertThat(stores.audit().verify())
                    .hasValueSatisfying(why -> assertThat(why).contains("entry 2"));
        }

        @Test
        void findsADeletedEntry() {
            three().delete(RowKey.of(AuditRow.LOG, 2L));

            assertThat(stores.audit().verify())
                    .hasValueSatisfying(why -> assertThat(why).contains("entry 3"));
        }

        @Test
        void findsThatTheFirstEntriesWereDeleted() {
            Table<AuditRow> entries = three();
            entries.delete(RowKey.of(AuditRow.LOG, 1L));
            entries.delete(RowKey.of(AuditRow.LOG, 2L));

            assertThat(stores.audit().verify()).isPresent();
        }

        @Test
        void findsThatTheLastEntriesWereDeleted() {
            Table<AuditRow> entries = three();
            entries.delete(RowKey.of(AuditRow.LOG, 2L));
            entries.delete(RowKey.of(AuditRow.LOG, 3L));

            assertThat(stores.audit().verify())
                    .hasValueSatisfying(why -> assertThat(why).contains("entry 2 is missing"));
        }
    }
}
