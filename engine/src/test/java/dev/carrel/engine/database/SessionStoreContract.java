/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.engine.session.EndedSession;
import dev.carrel.engine.session.Reason;
import dev.carrel.engine.session.Session;
import dev.carrel.engine.session.SessionState;
import dev.carrel.protocol.name.ServerName;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.SessionId;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.name.VolumeId;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

abstract class SessionStoreContract extends StoreContract {
    private static final SessionAddress MAIN = new SessionAddress(ADA, ServerName.DEFAULT);
    private static final SessionAddress LAB = new SessionAddress(ADA, new ServerName("lab"));

    private static Session session(SessionAddress address, SessionState state, int created) {
        return new Session(
                SessionId.random(),
                address,
                state,
                "default",
                state.live() ? Reason.NONE : new Reason(Reason.Code.OUT_OF_MEMORY, "over"),
                state == SessionState.FAILED ? List.of("line \"1\"", "2\n") : List.of(),
                NOW.plusSeconds(created),
                state == SessionState.READY ? NOW.plusSeconds(created + 1) : null,
                state.live() ? null : NOW.plusSeconds(created + 2),
                NOW.plusSeconds(created),
                state == SessionState.READY ? "container" : null,
                "upstream",
                "",
                1);
    }

    private static Session next(Session session, SessionState state, long version) {
        return new Session(
                session.id(),
                session.address(),
                state,
                session.image(),
                new Reason(Reason.Code.CRASHED, "reason"),
                List.of("log"),
                session.createdAt(),
                session.readyAt(),
                NOW.plusSeconds(9),
                session.lastActivity(),
                "c",
                session.upstreamToken(),
                "",
                version);
    }

    @Test
    void givesBackEveryFieldOfWhatWasInserted() {
        for (SessionState state : SessionState.values()) {
            Session session = session(new SessionAddress(ADA, new ServerName(state.label())), state, 0);
            assertThat(stores.sessions().insert(session)).isEmpty();
            assertThat(stores.sessions().latest(session.address())).contains(session);
        }
    }

    @Test
    void keepsWhenAProgramSaidThatItWasUsed() {
        Session session = session(MAIN, SessionState.READY, 0);
        stores.sessions().insert(session);

        assertThat(stores.sessions().update(session.usedAt(NOW.plusSeconds(60))))
                .isTrue();

        assertThat(stores.sessions().latest(MAIN)).hasValueSatisfying(kept -> {
            assertThat(kept.lastUse()).isEqualTo(NOW.plusSeconds(60));
            assertThat(kept.lastActivity()).isEqualTo(NOW.plusSeconds(60));
        });
    }

    @Test
    void refusesASecondOneWhileTheFirstLivesAndNamesIt() {
        for (SessionState state : SessionState.values()) {
            if (state.live()) {
                SessionAddress address = new SessionAddress(ADA, new ServerName(state.label()));
                Session first = session(address, state, 0);
                stores.sessions().insert(first);

                assertThat(stores.sessions().insert(session(address, SessionState.PENDING, 1)))
                        .contains(first);
                assertThat(stores.sessions().latest(address)).contains(first);
            }
        }
    }

    @Test
    void anEndedOneIsInNobodysWayAndNeitherIsAnotherServer() {
        stores.sessions().insert(session(MAIN, SessionState.FAILED, 0));
        Session again = session(MAIN, SessionState.PENDING, 1);

        assertThat(stores.sessions().insert(again)).isEmpty();
        assertThat(stores.sessions().insert(session(LAB, SessionState.PENDING, 1)))
                .isEmpty();
        assertThat(stores.sessions().latest(MAIN)).contains(again);
    }

    @Test
    void ofManyStartsAtOnceOneWinsAndTheOthersLearnWhich() throws Exception {
        List<Optional<Session>> inTheWay =
                atOnce(8, () -> stores.sessions().insert(session(MAIN, SessionState.PENDING, 0)));

        Session winner = stores.sessions().latest(MAIN).orElseThrow();
        assertThat(inTheWay).containsOnlyOnce(Optional.empty());
        assertThat(inTheWay.stream().flatMap(Optional::stream)).hasSize(7).containsOnly(winner);
    }

    @Test
    void changesOnlyTheVersionItKnows() {
        Session first = session(MAIN, SessionState.PENDING, 0);
        stores.sessions().insert(first);
        Session second = next(first, SessionState.STARTING, 2);

        assertThat(stores.sessions().update(next(first, SessionState.FAILED, 3)))
                .isFalse();
        assertThat(stores.sessions().update(second)).isTrue();
        assertThat(stores.sessions().update(next(first, SessionState.FAILED, 2)))
                .isFalse();
        assertThat(stores.sessions().latest(MAIN)).contains(second);
    }

    @Test
    void removesAnAddressWithAllItsPastUnlessItLives() {
        Session old = session(LAB, SessionState.STOPPED, 0);
        Session living = session(LAB, SessionState.READY, 1);
        Session other = session(MAIN, SessionState.FAILED, 0);
        stores.sessions().insert(old);
        stores.sessions().insert(living);
        stores.sessions().insert(other);

        assertThat(stores.sessions().remove(LAB)).isFalse();
        assertThat(stores.sessions().latest(LAB)).contains(living);
        stores.sessions().update(next(living, SessionState.STOPPED, 2));

        assertThat(stores.sessions().remove(LAB)).isTrue();
        assertThat(stores.sessions().latest(LAB)).isEmpty();
        assertThat(stores.sessions().find(old.id())).isEmpty();
        assertThat(stores.sessions().find(other.id())).contains(other);
        assertThat(stores.sessions().remove(LAB)).isTrue();
    }

    @Test
    void ofManyChangesOfOneVersionAtOnceOneWins() throws Exception {
        Session first = session(MAIN, SessionState.PENDING, 0);
        stores.sessions().insert(first);

        assertThat(atOnce(8, () -> stores.sessions().update(next(first, SessionState.STARTING, 2))))
                .containsOnlyOnce(true);
    }

    @Test
    void knowsTheLatestOfAnAddressOfAUserAndOfEverybody() {
        Session old = session(MAIN, SessionState.STOPPED, 0);
        Session main = session(MAIN, SessionState.READY, 5);
        Session lab = session(LAB, SessionState.FAILED, 3);
        Session bobs = session(new SessionAddress(BOB, ServerName.DEFAULT), SessionState.PENDING, 1);
        List.of(old, main, lab, bobs).forEach(stores.sessions()::insert);

        assertThat(stores.sessions().latest(MAIN)).contains(main);
        assertThat(stores.sessions().latest(ADA)).containsExactlyInAnyOrder(main, lab);
        assertThat(stores.sessions().latest()).containsExactlyInAnyOrder(main, lab, bobs);
        assertThat(stores.sessions().living()).containsExactlyInAnyOrder(main, bobs);
        assertThat(stores.sessions().latest(new SessionAddress(BOB, new ServerName("lab"))))
                .isEmpty();
    }

    @Test
    void ofTwoOfTheSameMomentTheLivingOneIsTheLatest() {
        Session ended = session(MAIN, SessionState.STOPPED, 0);
        Session living = session(MAIN, SessionState.PENDING, 0);
        stores.sessions().insert(living);
        stores.sessions().insert(ended);

        assertThat(stores.sessions().latest(MAIN).orElseThrow().state().live()).isTrue();
    }

    private Session ended(int created, SessionState state, int ended) {
        Session session = session(MAIN, SessionState.STOPPING, created);
        stores.sessions().insert(session);
        Session over = session.to(state, Reason.ASKED, List.of(), NOW.plusSeconds(ended));
        assertThat(stores.sessions().update(over)).isTrue();
        return over;
    }

    @Test
    void whatHasEndedIsNotedUntilAccountIsTakenOfIt() {
        Session first = ended(0, SessionState.STOPPED, 5);
        Session second = ended(6, SessionState.FAILED, 8);

        assertThat(stores.sessions().unaccounted(10))
                .containsExactly(
                        new EndedSession(
                                first.id(), MAIN, first.image(), NOW, first.readyAt(), NOW.plusSeconds(5), false),
                        new EndedSession(
                                second.id(),
                                MAIN,
                                second.image(),
                                NOW.plusSeconds(6),
                                second.readyAt(),
                                NOW.plusSeconds(8),
                                true));
        assertThat(stores.sessions().unaccounted(1)).hasSize(1);

        stores.sessions().accounted(first.id());
        assertThat(stores.sessions().unaccounted(10))
                .extracting(EndedSession::id)
                .containsExactly(second.id());
    }

    @Test
    void theNoteOutlivesItsSessionButNotForEver() {
        Session over = ended(0, SessionState.STOPPED, 5);
        stores.sessions().remove(MAIN);

        assertThat(stores.sessions().unaccounted(10))
                .extracting(EndedSession::id)
                .containsExactly(over.id());

        stores.sessions().prune(NOW.plusSeconds(6));
        assertThat(stores.sessions().unaccounted(10)).isEmpty();
    }

    @Test
    void aLaterSessionTakesThePlaceOfOneThatEnded() {
        Session old = ended(0, SessionState.STOPPED, 5);
        Session next = session(MAIN, SessionState.PENDING, 50);

        assertThat(stores.sessions().insert(next)).isEmpty();

        assertThat(stores.sessions().latest()).containsExactly(next);
        assertThat(stores.sessions().find(old.id())).isEmpty();
        assertThat(stores.sessions().find(next.id())).contains(next);
        assertThat(stores.sessions().update(next(old, SessionState.FAILED, old.version() + 1)))
                .isFalse();
        assertThat(stores.sessions().latest(MAIN)).contains(next);
    }

    @Test
    void forgetsEndsThatNobodyTookAccountOf() {
        ended(0, SessionState.STOPPED, 5);
        Session recent = ended(6, SessionState.FAILED, 50);

        assertThat(stores.sessions().prune(NOW.plusSeconds(5))).isZero();
        assertThat(stores.sessions().prune(NOW.plusSeconds(20))).isOne();

        assertThat(stores.sessions().unaccounted(10))
                .extracting(EndedSession::id)
                .containsExactly(recent.id());
        assertThat(stores.sessions().latest(MAIN)).contains(recent);
    }

    @Test
    void aHomeIsTheSameForEver() throws Exception {
        Set<VolumeId> homes = new HashSet<>(atOnce(8, () -> stores.sessions().home(ADA)));
        homes.add(stores.sessions().home(ADA));

        assertThat(homes).hasSize(1);
    }

    @Test
    void noTwoPeopleShareAHomeHoweverAlikeTheirNames() {
        List<String> names =
                List.of("ada", "ada.", "ada-", "a.da", "adá", "x".repeat(254), "x".repeat(255), "ada@b", "ada+b");

        Set<VolumeId> homes = new HashSet<>();
        names.forEach(name -> homes.add(stores.sessions().home(new UserName(name))));

        assertThat(homes).hasSameSizeAs(names);
    }
}
