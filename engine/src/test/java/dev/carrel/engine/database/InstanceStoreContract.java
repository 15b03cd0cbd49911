/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.engine.cluster.Instance;
import dev.carrel.engine.cluster.RoomStore;
import dev.carrel.engine.session.Reason;
import dev.carrel.engine.session.Session;
import dev.carrel.engine.session.SessionState;
import dev.carrel.protocol.name.ServerName;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.SessionId;
import dev.carrel.protocol.name.UserName;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

abstract class InstanceStoreContract extends StoreContract {
    private static final UserName EVE = UserName.of("eve");

    private static Instance instance(String name, String holder, int until) {
        return new Instance(name, holder, "10.0.0.1", 8010, NOW.plusSeconds(until));
    }

    @Test
    void anInstanceIsFoundAsItSaidItIs() {
        assertThat(stores.instances().note(instance("one", "a", 10), NOW)).isTrue();
        assertThat(stores.instances().note(instance("one", "a", 20), NOW.plusSeconds(5)))
                .isTrue();

        assertThat(stores.instances().find("one")).contains(instance("one", "a", 20));
        assertThat(stores.instances().find("two")).isEmpty();
        assertThat(stores.instances().all()).containsExactly(instance("one", "a", 20));
    }

    @Test
    void aNameIsItsHoldersUntilItRunsOut() {
        stores.instances().note(instance("one", "a", 10), NOW);

        assertThat(stores.instances().note(instance("one", "b", 19), NOW.plusSeconds(9)))
                .isFalse();
        assertThat(stores.instances().note(instance("one", "b", 21), NOW.plusSeconds(11)))
                .isTrue();
        assertThat(stores.instances().find("one")).contains(instance("one", "b", 21));
    }

    @Test
    void anInstancesLastWordOfItsRoomStandsInThePlaceOfTheOneBefore() {
        RoomStore.Told two = new RoomStore.Told("two", "10.0.0.2", 8010, "{}", NOW);
        String long200 = "x".repeat(200_000);
        stores.rooms().tell(new RoomStore.Told("one", "10.0.0.1", 8010, "{\"room\":1}", NOW));
        stores.rooms().tell(two);
        stores.rooms().tell(new RoomStore.Told("one", "10.0.0.1", 8011, long200, NOW.plusSeconds(1)));

        assertThat(stores.rooms().told())
                .containsExactlyInAnyOrder(
                        two, new RoomStore.Told("one", "10.0.0.1", 8011, long200, NOW.plusSeconds(1)));
    }

    @Test
    void aHomeIsWhereItWasAskedForFirst() throws Exception {
        AtomicInteger who = new AtomicInteger();
        Set<String> said =
                new HashSet<>(atOnce(8, () -> stores.instances().homeOf(ADA, "instance" + who.incrementAndGet())));

        assertThat(said).hasSize(1);
        assertThat(stores.instances().homeOf(ADA, "later"))
                .isEqualTo(said.iterator().next());
    }

    @Test
    void whatIsOfNoInstanceIsAdoptedAndNothingElse() {
        stores.sessions().home(ADA);
        stores.sessions().home(EVE);
        stores.instances().homeOf(EVE, "two");
        Session old = session(ADA, "");
        Session others = session(EVE, "two");

        stores.instances().adopt("one");
        stores.instances().adopt("one");

        assertThat(stores.instances().homeOf(ADA, "two")).isEqualTo("one");
        assertThat(stores.instances().homeOf(EVE, "one")).isEqualTo("two");
        assertThat(stores.sessions().find(old.id())).contains(old.at("one"));
        assertThat(stores.sessions().find(others.id())).contains(others);
    }

    private Session session(UserName user, String instance) {
        Session session = new Session(
                        SessionId.random(),
                        new SessionAddress(user, ServerName.DEFAULT),
                        SessionState.READY,
                        "default",
                        Reason.NONE,
                        List.of(),
                        NOW,
                        NOW,
                        null,
                        NOW,
                        "container",
                        "upstream",
                        "",
                        1)
                .at(instance);
        assertThat(stores.sessions().insert(session)).isEmpty();
        return session;
    }
}
