/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.engine.signin.Login;
import dev.carrel.engine.signin.User;
import dev.carrel.engine.signin.UserQuery;
import dev.carrel.engine.signin.UserStore.Outcome;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.signed.Revocation;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

abstract class UserStoreContract extends StoreContract {
    private List<String> names(UserQuery query) {
        return stores.users().list(query).stream().map(u -> u.name().value()).toList();
    }

    @Test
    void givesBackWhatWasAdded() {
        User ada = new User(ADA, true, true, NOW, NOW.plusSeconds(5), "hash");
        User bob = new User(BOB, false, false, NOW, null, null);

        assertThat(stores.users().add(ada)).isTrue();
        assertThat(stores.users().add(bob)).isTrue();

        assertThat(stores.users().find(ADA)).contains(ada);
        assertThat(stores.users().find(BOB)).contains(bob);
    }

    @Test
    void addsANameOnceAndKeepsTheFirst() {
        stores.users().add(user("ada", true));

        assertThat(stores.users().add(new User(ADA, false, false, NOW, null, "another")))
                .isFalse();

        assertThat(stores.users().find(ADA).orElseThrow().passwordHash()).isEqualTo("hash of ada");
    }

    @Test
    void ofManyWhoAddANameAtOnceOneWins() throws Exception {
        assertThat(atOnce(8, () -> stores.users().add(user("ada"))))
                .containsOnlyOnce(true)
                .hasSize(8);
    }

    @Test
    void keepsNamesOfAnyScriptAndNothingOfSql() {
        for (String name : List.of("ли́за", "名前", "ada@example.org", "o(1)*,=!$", "x".repeat(255))) {
            stores.users().add(user(name));
            assertThat(stores.users().find(new UserName(name))).isPresent();
        }
    }

    @Test
    void listsInTheOrderOfCreationAStretchAtATime() {
        stores.users().add(new User(new UserName("zoe"), false, false, NOW, null, null));
        stores.users().add(new User(new UserName("ada"), false, false, NOW.plusSeconds(1), null, null));
        stores.users().add(new User(new UserName("bob"), false, false, NOW.plusSeconds(1), null, null));

        assertThat(names(UserQuery.all(0, 10))).containsExactly("zoe", "ada", "bob");
        assertThat(names(UserQuery.all(1, 1))).containsExactly("ada");
        assertThat(names(UserQuery.all(3, 10))).isEmpty();
        assertThat(stores.users().count(UserQuery.all(2, 1))).isEqualTo(3);
    }

    @Test
    void looksForAPartOfTheNameAndKnowsNoWildcards() {
        List.of("a_b", "axb", "anna").forEach(name -> stores.users().add(user(name)));

        assertThat(names(new UserQuery("a_", Optional.empty(), Set.of(), 0, 10)))
                .containsExactly("a_b");
        assertThat(names(new UserQuery("%", Optional.empty(), Set.of(), 0, 10))).isEmpty();
        assertThat(names(new UserQuery("nn", Optional.empty(), Set.of(), 0, 10)))
                .containsExactly("anna");
        assertThat(names(new UserQuery("' or 1=1 --", Optional.empty(), Set.of(), 0, 10)))
                .isEmpty();
    }

    @Test
    void keepsToOrLeavesOutGivenAccounts() {
        List.of("ada", "bob", "cyd").forEach(name -> stores.users().add(user(name)));

        assertThat(names(new UserQuery("", Optional.of(Set.of(ADA, BOB)), Set.of(BOB), 0, 10)))
                .containsExactly("ada");
        assertThat(names(new UserQuery("", Optional.of(Set.of()), Set.of(), 0, 10)))
                .isEmpty();
        assertThat(names(new UserQuery("", Optional.empty(), Set.of(ADA), 0, 10)))
                .containsExactly("bob", "cyd");
        assertThat(stores.users().count(new UserQuery("", Optional.empty(), Set.of(ADA), 0, 1)))
                .isEqualTo(2);
    }

    @Test
    void aChangeEndsEverySignInButTheKeptOneAndEveryToken() {
        stores.users().add(user("ada"));
        stores.users().add(user("bob"));
        stores.logins().add(login("kept", ADA), "h1");
        stores.logins().add(login("other", ADA), "h2");
        stores.logins().add(login("of-bob", BOB), "h3");
        stores.tokens().add(token("t1", ADA, NOW), "h4");
        stores.tokens().add(token("t2", BOB, NOW), "h5");

        Outcome outcome =
                stores.users().change(ADA, password("new"), Optional.of("kept"), ends(ADA, NOW.plusMillis(1)));

        assertThat(outcome).isEqualTo(Outcome.DONE);
        assertThat(stores.users().find(ADA).orElseThrow().passwordHash()).isEqualTo("new");
        assertThat(stores.logins().list(ADA)).extracting(Login::id).containsExactly("kept");
        assertThat(stores.tokens().list(ADA)).isEmpty();
        assertThat(stores.logins().list(BOB)).hasSize(1);
        assertThat(stores.tokens().list(BOB)).hasSize(1);
        assertThat(revocation(Revocation.Kind.USER, "ada")).contains(ends(ADA, NOW.plusMillis(1)));
        assertThat(revocation(Revocation.Kind.USER, "bob")).isEmpty();
    }

    @Test
    void aChangeRevokesTheSignInsItEndsWhateverIsIssuedForThemLater() {
        stores.users().add(user("ada"));
        stores.logins().add(login("kept", ADA), "h1");
        stores.logins().add(login("other", ADA), "h2");

        stores.users().change(ADA, password("new"), Optional.of("kept"), ends(ADA, NOW.plusMillis(1)));

        assertThat(revocation(Revocation.Kind.LOGIN, "other").orElseThrow().notBefore())
                .isAfter(NOW.plusSeconds(31 * 86_400));
        assertThat(revocation(Revocation.Kind.LOGIN, "kept")).isEmpty();
    }

    @Test
    void aChangeRevokesATokenMadeAfterItWasDatedButBeforeItWasDone() {
        stores.users().add(user("ada"));
        stores.tokens().add(token("late", ADA, NOW.plusSeconds(3)), "h1");

        stores.users().change(ADA, password("new"), Optional.empty(), ends(ADA, NOW.plusMillis(1)));

        assertThat(revocation(Revocation.Kind.USER, "ada").orElseThrow().notBefore())
                .isEqualTo(NOW.plusSeconds(3).plusMillis(1));
    }

    @Test
    void aNewPasswordAndDisablingEndAnInvitationButANewRoleDoesNot() {
        stores.users().add(user("root", true));
        stores.users().add(user("ada"));

        stores.invitations().replace(ADA, "i1", NOW.plusSeconds(60));
        stores.users().change(ADA, admin(true), Optional.empty(), ends(ADA, NOW));
        assertThat(stores.invitations().find("i1", NOW)).contains(ADA);

        stores.users().change(ADA, password("new"), Optional.empty(), ends(ADA, NOW));
        assertThat(stores.invitations().find("i1", NOW)).isEmpty();

        stores.invitations().replace(ADA, "i2", NOW.plusSeconds(60));
        stores.users().change(ADA, disabled(true), Optional.empty(), ends(ADA, NOW));
        stores.users().change(ADA, disabled(false), Optional.empty(), ends(ADA, NOW));
        assertThat(stores.invitations().find("i2", NOW)).isEmpty();
    }

    @Test
    void neverLosesTheLastAdministrator() {
        stores.users().add(user("root", true));
        stores.users().add(new User(new UserName("former"), true, true, NOW, null, "h"));
        UserName root = new UserName("root");
        stores.logins().add(login("l1", root), "h1");

        assertThat(stores.users().change(root, admin(false), Optional.empty(), ends(root, NOW)))
                .isEqualTo(Outcome.LAST_ADMIN);
        assertThat(stores.users().change(root, disabled(true), Optional.empty(), ends(root, NOW)))
                .isEqualTo(Outcome.LAST_ADMIN);
        assertThat(stores.users().delete(root, ends(root, NOW))).isEqualTo(Outcome.LAST_ADMIN);

        assertThat(stores.users().find(root)).contains(user("root", true));
        assertThat(stores.logins().list(root)).hasSize(1);
        assertThat(stores.revocations().list(NOW)).isEmpty();
    }

    @Test
    void ofTwoAdministratorsWhoDemoteEachOtherAtOnceOneStays() throws Exception {
        stores.users().add(user("ada", true));
        stores.users().add(user("bob", true));
        java.util.Iterator<UserName> who = List.of(ADA, BOB).iterator();

        List<Outcome> outcomes = atOnce(2, () -> {
            UserName one;
            synchronized (who) {
                one = who.next();
            }
            return stores.users().change(one, admin(false), Optional.empty(), ends(one, NOW));
        });

        assertThat(outcomes).containsExactlyInAnyOrder(Outcome.DONE, Outcome.LAST_ADMIN);
    }

    @Test
    void knowsNoStranger() {
        assertThat(stores.users().find(ADA)).isEmpty();
        assertThat(stores.users().change(ADA, admin(true), Optional.empty(), ends(ADA, NOW)))
                .isEqualTo(Outcome.UNKNOWN);
        assertThat(stores.users().delete(ADA, ends(ADA, NOW))).isEqualTo(Outcome.UNKNOWN);
        assertThat(stores.revocations().list(NOW)).isEmpty();
    }

    @Test
    void deletesAnAccountWithAllThatIsItsAndGivesALaterOneOfThatNameAnotherHome() {
        stores.users().add(user("ada"));
        stores.logins().add(login("l1", ADA), "h1");
        stores.tokens().add(token("t1", ADA, NOW), "h2");
        stores.invitations().replace(ADA, "i1", NOW.plusSeconds(60));
        var home = stores.sessions().home(ADA);

        assertThat(stores.users().delete(ADA, ends(ADA, NOW.plusMillis(1)))).isEqualTo(Outcome.DONE);
        stores.users().add(user("ada"));

        assertThat(stores.logins().list(ADA)).isEmpty();
        assertThat(stores.tokens().list(ADA)).isEmpty();
        assertThat(stores.invitations().find("i1", NOW)).isEmpty();
        assertThat(stores.sessions().home(ADA)).isNotEqualTo(home);
        assertThat(revocation(Revocation.Kind.USER, "ada")).isPresent();
        assertThat(revocation(Revocation.Kind.LOGIN, "l1")).isPresent();
    }

    @Test
    void rehashesOnlyTheHashItSaw() {
        stores.users().add(user("ada"));

        stores.users().rehash(ADA, "another", "x");
        assertThat(stores.users().find(ADA).orElseThrow().passwordHash()).isEqualTo("hash of ada");

        stores.users().rehash(ADA, "hash of ada", "better");
        assertThat(stores.users().find(ADA).orElseThrow().passwordHash()).isEqualTo("better");
    }

    @Test
    void activityOnlyMovesForward() {
        stores.users().add(user("ada"));

        stores.users().active(ADA, NOW.plusSeconds(9));
        stores.users().active(ADA, NOW.plusSeconds(3));

        assertThat(stores.users().find(ADA).orElseThrow().lastActivity()).isEqualTo(NOW.plusSeconds(9));
    }
}
