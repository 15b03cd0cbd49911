/* Copyright the Carrel authors. */
package dev.carrel.engine.function;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.chassis.settings.DataSize;
import dev.carrel.engine.database.OwnDatabase;
import dev.carrel.engine.database.Stores;
import dev.carrel.engine.event.Events;
import dev.carrel.engine.session.Session;
import dev.carrel.engine.signin.AuditEvent;
import dev.carrel.engine.signin.Caller;
import dev.carrel.engine.signin.FakeClock;
import dev.carrel.engine.signin.User;
import dev.carrel.engine.store.StoreException;
import dev.carrel.plugin.Event;
import dev.carrel.plugin.database.jdbc.JdbcDatabase;
import dev.carrel.protocol.name.FunctionName;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.signed.Revocation;
import dev.carrel.protocol.signed.SigningKeys;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What those see who serve calls, on two instances that share a real database. */
class PublishedFunctionsTest {
    private static final UserName ADA = new UserName("ada");
    private static final FunctionId CALC = id("calc");
    private static final Caller CALLER = new Caller("ada", "127.0.0.1", "r1");

    @TempDir
    Path folder;

    private final FakeClock clock = new FakeClock();
    private final SigningKeys keys = SigningKeys.parse("test", SigningKeys.freshLine());
    private JdbcDatabase database;
    private Instance here;
    private Instance there;

    /** A store that counts what it is asked, and can be down. */
    private static final class Counted implements FunctionStore {
        private final FunctionStore store;
        private int reads;
        private boolean down;

        Counted(FunctionStore store) {
            this.store = store;
        }

        private FunctionStore asked() {
            reads++;
            if (down) {
                throw new StoreException("the database is down");
            }
            return store;
        }

        @Override
        public Optional<FunctionHead> find(FunctionId function) {
            return asked().find(function);
        }

        @Override
        public List<FunctionHead> of(UserName owner) {
            return asked().of(owner);
        }

        @Override
        public List<FunctionHead> all() {
            return asked().all();
        }

        @Override
        public Optional<FunctionVersion> version(FunctionId function, long number) {
            return asked().version(function, number);
        }

        @Override
        public List<VersionNote> versions(FunctionHead function) {
            return asked().versions(function);
        }

        @Override
        public Changed change(FunctionId function, Decision decision) {
            return asked().change(function, decision);
        }

        @Override
        public List<FunctionId> sharedWith(UserName user, int most) {
            return asked().sharedWith(user, most);
        }

        @Override
        public Set<FunctionId> warm() {
            return asked().warm();
        }

        @Override
        public List<Note> changes(Instant from) {
            return asked().changes(from);
        }

        @Override
        public int pruneChanges(Instant before) {
            return asked().pruneChanges(before);
        }
    }

    /** One engine's part of it. */
    private final class Instance {
        private final Counted store;
        private final PublishedFunctions published;
        private final Publishing publishing;
        private final List<FunctionId> told = new ArrayList<>();
        private final List<String> events = new ArrayList<>();

        Instance(SigningKeys keys) {
            Stores stores = Stores.of(database);
            store = new Counted(stores.functions());
            FunctionSecrets sealing = new FunctionSecrets(keys);
            published = new PublishedFunctions(store, sealing, clock);
            published.listen(told::add);
            Events events = new Events();
            events.listen(new Events.Listener() {
                @Override
                public void sessionChanged(Session session) {
                    throw new AssertionError(session);
                }

                @Override
                public void audited(AuditEvent event) {
                    throw new AssertionError(event);
                }

                @Override
                public void happened(Event event) {
                    if (event instanceof Event.FunctionChanged changed) {
                        Instance.this.events.add(changed.function() + " " + changed.version() + " " + changed.change());
                    }
                }
            });
            FunctionSettings settings = new FunctionSettings(
                    List.of("python3"), 100, 50, 10, Duration.ofMinutes(15), DataSize.parse("2GiB"), 2000);
            publishing = new Publishing(
                    store,
                    published,
                    sealing,
                    settings,
                    new ScheduleSettings(2, Duration.ofMinutes(1), Duration.ofHours(24), "UTC"),
                    events,
                    stores.audit(),
                    clock);
        }

        void publish(FunctionId id, String code) {
            publishing.publish(id, spec(code, 0), Map.of(), true, CALLER);
        }

        String code(FunctionId id, String alias) {
            return published
                    .find(id, alias)
                    .map(version -> version.spec().code())
                    .orElse("");
        }
    }

    private static FunctionId id(String name) {
        return new FunctionId(ADA, new FunctionName(name));
    }

    private static FunctionSpec spec(String code, int minWorkers) {
        return new FunctionSpec(
                "",
                "python3",
                "default",
                code,
                Map.of(),
                List.of(),
                Map.of(),
                new FunctionSpec.WorkLimits(0, 0, Duration.ofSeconds(30), 1, minWorkers, 4, 100, Duration.ofMinutes(5)),
                new FunctionSpec.CallAccess(FunctionSpec.Visibility.PRIVATE, List.of(), List.of(), 0),
                false,
                List.of());
    }

    @BeforeEach
    void open() {
        database = OwnDatabase.open(folder.resolve("carrel.db"));
        Stores.of(database).users().add(new User(ADA, false, false, clock.instant(), null, "hash"));
        here = new Instance(keys);
        there = new Instance(keys);
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void aCallOfWhatIsKnownAsksNoDatabase() {
        here.publish(CALC, "one");
        here.publishing.publish(CALC, spec("two", 0), Map.of("A", "b"), true, CALLER);
        here.publishing.alias(CALC, "old", 1, CALLER);
        assertThat(here.code(CALC, "")).isEqualTo("two");
        assertThat(here.code(CALC, "old")).isEqualTo("one");
        assertThat(here.code(id("other"), "")).isEmpty();
        int reads = here.store.reads;

        for (int i = 0; i < 100; i++) {
            assertThat(here.code(CALC, "")).isEqualTo("two");
            assertThat(here.code(CALC, "old")).isEqualTo("one");
            assertThat(here.code(CALC, "1")).isEqualTo("one");
            assertThat(here.code(CALC, "3")).isEmpty();
            assertThat(here.code(CALC, "nothing")).isEmpty();
            assertThat(here.code(id("other"), "")).isEmpty();
            assertThat(here.published.secrets(CALC)).containsEntry("A", "b");
        }

        assertThat(here.store.reads).isEqualTo(reads);
    }

    @Test
    void whatOneInstanceChangesTheOtherSeesWithItsNextLook() {
        here.publish(CALC, "one");
        there.published.look();
        assertThat(there.code(CALC, "")).isEqualTo("one");
        clock.pass(Duration.ofMinutes(10));
        there.published.look();
        here.publish(CALC, "two");
        assertThat(there.code(CALC, "")).isEqualTo("one");

        there.published.look();

        assertThat(there.code(CALC, "")).isEqualTo("two");
        here.publishing.delete(CALC, CALLER);
        there.published.look();
        assertThat(there.code(CALC, "")).isEmpty();
        assertThat(here.code(CALC, "")).isEmpty();
    }

    @Test
    void aVersionThatAnotherInstanceNamesIsFoundBeforeItsChangeIsHeardOf() {
        here.publish(CALC, "one");
        assertThat(there.code(CALC, "")).isEqualTo("one");
        here.publish(CALC, "two");
        FunctionVersion two = here.published.find(CALC, "").orElseThrow();
        assertThat(there.code(CALC, "")).as("not heard of").isEqualTo("one");

        assertThat(there.published.find(CALC, two.number(), two.created()))
                .hasValueSatisfying(version -> assertThat(version.spec().code()).isEqualTo("two"));

        int reads = there.store.reads;
        assertThat(there.published.find(CALC, two.number(), two.created())).isPresent();
        assertThat(there.store.reads).as("known from now on").isEqualTo(reads);
        assertThat(there.published.find(CALC, two.number(), two.created().minusSeconds(9)))
                .as("of an earlier function of that name")
                .isEmpty();
        assertThat(there.published.find(CALC, 7, two.created())).isEmpty();
    }

    @Test
    void everyChangeIsToldOnceOnEachInstance() {
        here.publish(CALC, "one");
        here.publishing.setSecret(CALC, "A", "b", CALLER);
        here.publishing.setSecret(CALC, "A", "b", CALLER);
        here.publish(CALC, "one");
        for (int i = 0; i < 3; i++) {
            here.published.look();
            there.published.look();
        }

        assertThat(here.told).containsExactly(CALC, CALC);
        assertThat(there.told).containsExactly(CALC, CALC);
    }

    @Test
    void aChangeThatWasWrittenLateByASlowClockIsSeenNevertheless() {
        there.published.look();
        Instant late = clock.instant().minusSeconds(50);
        here.store.change(
                CALC,
                head -> new FunctionStore.Change(
                        head.with(new FunctionHead.Kept("d", 0, false, false), late)
                                .activating(1, late),
                        Optional.of(new FunctionVersion(CALC, 1, late, "ada", spec("late", 0)))));

        there.published.look();

        assertThat(there.told).containsExactly(CALC);
        assertThat(there.code(CALC, "")).isEqualTo("late");
    }

    @Test
    void whatIsKnownIsServedWhileTheDatabaseIsDown() {
        here.publish(CALC, "one");
        there.published.look();
        assertThat(there.code(CALC, "")).isEqualTo("one");
        there.store.down = true;

        there.published.look();

        assertThat(there.code(CALC, "")).isEqualTo("one");
        assertThatThrownBy(() -> there.code(id("other"), "")).isInstanceOf(StoreException.class);
        here.publish(CALC, "two");
        clock.pass(Duration.ofHours(1));
        there.published.look();
        there.store.down = false;
        there.published.look();
        assertThat(there.code(CALC, "")).isEqualTo("two");
    }

    @Test
    void aDeletedOwnersFunctionsAreGoneEverywhere() {
        Stores stores = Stores.of(database);
        stores.users().add(new User(new UserName("root"), true, false, clock.instant(), null, "hash"));
        here.publish(CALC, "one");
        there.published.look();
        assertThat(there.code(CALC, "")).isEqualTo("one");

        stores.users()
                .delete(
                        ADA,
                        new Revocation(
                                Revocation.Kind.USER,
                                "ada",
                                clock.instant(),
                                clock.instant().plusSeconds(60)));
        here.published.look();
        there.published.look();

        assertThat(here.code(CALC, "")).isEmpty();
        assertThat(there.code(CALC, "")).isEmpty();
    }

    @Test
    void thoseThatWantWorkersWhenNobodyCallsAreKnown() {
        here.publishing.publish(CALC, spec("warm", 2), Map.of(), true, CALLER);
        here.publish(id("cold"), "x");
        there.published.look();

        assertThat(there.published.keptWarm())
                .extracting(version -> version.function().toString())
                .containsExactly("calc.ada");
        here.publish(CALC, "cold now");
        there.published.look();
        assertThat(here.published.keptWarm()).isEmpty();
        assertThat(there.published.keptWarm()).isEmpty();
        here.publishing.rollback(CALC, CALLER);
        assertThat(here.published.keptWarm()).hasSize(1);
    }

    @Test
    void aSecretOpensOnlyWhereItWasSet() {
        here.publishing.publish(CALC, spec("x", 0), Map.of("A", "canary-a", "B", "canary-b"), true, CALLER);
        here.publishing.publish(id("other"), spec("x", 0), Map.of("A", "canary-o"), true, CALLER);
        assertThat(there.published.secrets(CALC)).containsEntry("A", "canary-a").containsEntry("B", "canary-b");
        TreeMap<String, String> own =
                new TreeMap<>(here.store.find(CALC).orElseThrow().secrets());
        String others = here.store.find(id("other")).orElseThrow().secrets().get("A");
        assertThat(own.toString()).doesNotContain("canary");

        for (Map<String, String> swapped : List.of(
                Map.of("A", own.get("B"), "B", own.get("A")),
                Map.of("A", others),
                Map.of("A", own.get("A").substring(0, 20)),
                Map.of("A", "canary-a"))) {
            here.store.change(CALC, head -> new FunctionStore.Change(head.secrets(swapped, clock.instant())));
            there.published.look();

            assertThatThrownBy(() -> there.published.secrets(CALC))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("secret A of function calc.ada cannot be opened")
                    .hasMessageNotContaining("canary");
        }
    }

    @Test
    void underAnotherKeyNoSecretOpensUntilItIsSetAgain() {
        here.publishing.publish(CALC, spec("x", 0), Map.of("A", "canary"), true, CALLER);
        Instance stranger = new Instance(SigningKeys.parse("other", SigningKeys.freshLine()));

        assertThatThrownBy(() -> stranger.published.secrets(CALC)).isInstanceOf(StoreException.class);
        stranger.publishing.setSecret(CALC, "A", "canary", CALLER);
        assertThat(stranger.published.secrets(CALC)).containsEntry("A", "canary");
    }

    @Test
    void listenersOutsideAreToldWhatHasBecomeOfEachVersion() {
        here.publish(CALC, "one");
        here.publishing.publish(CALC, spec("two", 0), Map.of(), false, CALLER);
        here.publishing.activate(CALC, 2, CALLER);
        here.publishing.activate(CALC, 2, CALLER);
        here.publishing.rollback(CALC, CALLER);
        here.publishing.delete(CALC, CALLER);

        assertThat(here.events)
                .containsExactly(
                        "calc 1 PUBLISHED",
                        "calc 1 ACTIVATED",
                        "calc 2 PUBLISHED",
                        "calc 2 ACTIVATED",
                        "calc 1 ACTIVATED",
                        "calc 1 DELETED");
    }
}
