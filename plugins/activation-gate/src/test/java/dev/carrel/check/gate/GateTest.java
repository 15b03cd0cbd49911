/* Copyright the Carrel authors. */
package dev.carrel.check.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.plugin.Mailer;
import dev.carrel.plugin.PluginException;
import dev.carrel.plugin.SignInDecision;
import dev.carrel.plugin.table.DatabaseException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who is let in, who waits, and for how long. */
class GateTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private static PluginException down() {
        return PluginException.temporary(
                Mailer.DOWN, PluginException.Blame.EXTERNAL, Duration.ZERO, "no connection", null);
    }

    @ParameterizedTest
    @CsvSource({
        // exists, newcomer, administrator
        "true,  false, false",
        "true,  true,  false",
        "false, true,  true",
        "true,  false, true"
    })
    void onlyNewPeopleAreHeldBackAndNoAdministrator(boolean exists, boolean newcomer, boolean administrator) {
        Rig rig = new Rig(Mode.HOLD, 60, 10);
        rig.database.down(true);

        assertThat(rig.check.check(Rig.attempt("ada", exists, newcomer, administrator)))
                .isEqualTo(SignInDecision.ALLOW);
    }

    @Test
    void onHoldNewPeopleGetAPlaceAndKeepIt() {
        Rig rig = new Rig(Mode.HOLD, 60, 10);
        assertThat(rig.comes("ada")).isEqualTo(new SignInDecision.GoOn("/queue", QueuePage.state("ada")));
        rig.later(MINUTE);
        rig.comes("bob");
        rig.later(MINUTE);
        rig.comes("ada");

        rig.task.run();

        assertThat(rig.gate.queue(10)).extracting(Person::account).containsExactly("ada", "bob");
        assertThat(rig.gate.place(rig.gate.find("bob").orElseThrow())).isEqualTo(2);
        assertThat(rig.mailer.sent).isEmpty();
    }

    @Test
    void openEverybodyIsInAlsoWhoHasWaited() {
        Rig rig = new Rig(Mode.HOLD, 1, 10);
        rig.comes("ada");

        rig.gate.choose(Optional.of(Mode.OPEN));

        assertThat(rig.in("bob")).isTrue();
        assertThat(rig.in("eve")).isTrue();
        assertThat(rig.in("ada")).isTrue();
        assertThat(rig.state("ada")).isEqualTo("ACTIVE NONE");
    }

    @Test
    void theGateClosesATenthAboveTheRateAndOpensATenthBelow() {
        Rig rig = new Rig(Mode.AUTOMATIC, 10, 10);
        List<Boolean> in = IntStream.range(0, 13).mapToObj(i -> rig.in("u" + i)).toList();
        assertThat(in.subList(0, 11)).containsOnly(true);
        assertThat(in.subList(11, 13)).containsOnly(false);
        assertThat(rig.gate.view().closed()).isTrue();

        // Eleven within the hour, then nine, then eight.
        rig.later(Duration.ofMinutes(30));
        rig.task.run();
        assertThat(rig.gate.view().closed()).isTrue();
        rig.later(Duration.ofMinutes(31));
        rig.task.run();

        assertThat(rig.gate.view().closed()).isFalse();
        assertThat(rig.state("u11")).isEqualTo("ACTIVE SENT");
        assertThat(rig.in("u12")).isTrue();
    }

    @Test
    void betweenTheTwoMarksTheGateStaysAsItWas() {
        Rig rig = new Rig(Mode.AUTOMATIC, 10, 10);
        for (int i = 0; i < 12; i++) {
            rig.in("u" + i);
            rig.later(MINUTE);
        }
        assertThat(rig.gate.view().closed()).isTrue();
        // The first two are more than an hour ago: nine are left, which is not below 9.
        rig.now = Rig.START.plus(Duration.ofMinutes(61)).plusSeconds(1);
        rig.task.run();
        assertThat(rig.gate.view().lastHour()).isEqualTo(9);
        assertThat(rig.gate.view().closed()).isTrue();

        rig.later(MINUTE);
        rig.task.run();
        assertThat(rig.gate.view().closed()).isFalse();
        assertThat(rig.state("u11")).startsWith("ACTIVE");
    }

    @Test
    void nobodyGetsPastThoseWhoWait() {
        Rig rig = new Rig(Mode.HOLD, 10, 1);
        rig.comes("ada");
        rig.later(MINUTE);
        rig.comes("bob");
        rig.later(MINUTE);
        rig.gate.choose(Optional.of(Mode.AUTOMATIC));

        assertThat(rig.in("eve")).isFalse();
        rig.task.run();

        assertThat(rig.gate.queue(10)).extracting(Person::account).containsExactly("bob", "eve");
        assertThat(rig.in("ada")).isTrue();
    }

    @Test
    void aRunLetsInNoMoreThanItMayAndThanTheRateAllows() {
        Rig rig = new Rig(Mode.HOLD, 3, 2);
        for (String name : List.of("a", "b", "c", "d", "e")) {
            rig.comes(name);
            rig.later(Duration.ofSeconds(1));
        }
        rig.gate.choose(Optional.of(Mode.AUTOMATIC));

        rig.task.run();
        assertThat(rig.gate.view().waiting()).isEqualTo(3);
        rig.task.run();
        assertThat(rig.gate.view().waiting()).isEqualTo(2);
        rig.task.run();
        assertThat(rig.gate.view().waiting()).isEqualTo(2);
    }

    @Test
    void theQueueHasAnEnd() {
        Rig rig = new Rig(Mode.HOLD, 10, 1);
        for (int i = 0; i < 5; i++) {
            rig.comes("u" + i);
        }

        assertThat(rig.comes("late"))
                .isEqualTo(
                        new SignInDecision.Refuse(
                                "New people are not let in just now, and too many are waiting already. Please come again later."));
        assertThat(rig.state("late")).isEqualTo("nobody");
        assertThat(rig.comes("u0")).isInstanceOf(SignInDecision.GoOn.class);
    }

    @Test
    void whoIsLetInGetsOneMail() {
        Rig rig = new Rig(Mode.HOLD, 10, 10);
        rig.comes("ada");
        rig.gate.choose(Optional.of(Mode.AUTOMATIC));

        rig.task.run();
        rig.task.run();

        assertThat(rig.mailer.sent).singleElement().satisfies(mail -> {
            assertThat(mail.to()).containsExactly(Mailer.Address.of("ada@example.org"));
            assertThat(mail.subject()).isEqualTo("You can sign in now");
            assertThat(mail.text()).isEqualTo("Hello ada,\nsign in at https://lab.example.org\n");
        });
        assertThat(rig.state("ada")).isEqualTo("ACTIVE SENT");
    }

    @Test
    void aMailThatCouldNotBeSentIsSentLaterUnderTheSameId() {
        Rig rig = new Rig(Mode.HOLD, 10, 10);
        rig.comes("ada");
        String id = rig.gate.find("ada").orElseThrow().mailId();
        rig.gate.let("ada");
        rig.mailer.failures.add(down());

        rig.task.run();
        rig.task.run();
        assertThat(rig.mailer.sent).isEmpty();
        rig.later(Duration.ofMinutes(5));
        rig.task.run();

        assertThat(rig.mailer.sent).extracting(Mailer.Mail::id).containsExactly(id);
    }

    @Test
    void aMailThatNobodyTakesHoldsUpNoOther() {
        Rig rig = new Rig(Mode.HOLD, 10, 10);
        rig.comes("ada");
        rig.later(MINUTE);
        rig.comes("bob");
        rig.mailer.failures.add(
                PluginException.permanent(Mailer.REFUSED, PluginException.Blame.USER, "no such mailbox", null));
        rig.gate.choose(Optional.of(Mode.AUTOMATIC));

        rig.task.run();

        assertThat(rig.state("ada")).isEqualTo("ACTIVE FAILED");
        assertThat(rig.state("bob")).isEqualTo("ACTIVE SENT");
    }

    @Test
    void afterThreeDaysNobodyTriesAgain() {
        Rig rig = new Rig(Mode.HOLD, 10, 10);
        rig.comes("ada");
        rig.gate.let("ada");
        rig.later(Duration.ofDays(3).plusSeconds(1));
        rig.mailer.failures.add(down());

        rig.task.run();

        assertThat(rig.state("ada")).isEqualTo("ACTIVE FAILED");
    }

    @Test
    void withoutAMailerPeopleAreLetInAllTheSame() {
        Rig rig = new Rig(Mode.HOLD, 10, 10);
        rig.mails = false;
        rig.comes("ada");
        rig.gate.choose(Optional.of(Mode.AUTOMATIC));

        rig.task.run();

        assertThat(rig.state("ada")).isEqualTo("ACTIVE NONE");
        assertThat(rig.in("ada")).isTrue();
    }

    @Test
    void anAddressNobodyVouchesForGetsNoMail() {
        Rig rig = new Rig(Mode.HOLD, 10, 10);
        rig.gate.judge("eve", Optional.empty(), "auth-zero");
        rig.gate.let("eve");

        rig.task.run();

        assertThat(rig.state("eve")).isEqualTo("ACTIVE NONE");
        assertThat(rig.mailer.sent).isEmpty();
    }

    @Test
    void whomAnAdministratorPutsOnHoldWaitsForAnAdministrator() {
        Rig rig = new Rig(Mode.HOLD, 10, 10);
        rig.comes("ada");
        assertThat(rig.gate.hold("ada")).isTrue();
        assertThat(rig.gate.hold("ada")).isFalse();
        rig.gate.choose(Optional.of(Mode.OPEN));

        rig.task.run();
        assertThat(rig.comes("ada"))
                .isEqualTo(
                        new SignInDecision.Refuse("Your registration is on hold. Ask the administrator of this site."));

        assertThat(rig.gate.release("ada")).isTrue();
        assertThat(rig.gate.release("nobody")).isFalse();
        assertThat(rig.in("ada")).isTrue();
    }

    @Test
    void whoIsReleasedHasTheirPlaceBack() {
        Rig rig = new Rig(Mode.HOLD, 10, 10);
        rig.comes("ada");
        rig.later(MINUTE);
        rig.comes("bob");
        rig.gate.hold("ada");
        rig.later(MINUTE);
        rig.gate.release("ada");

        assertThat(rig.gate.queue(10)).extracting(Person::account).containsExactly("ada", "bob");
    }

    @Test
    void anAdministratorCanLetSomebodyInBeforeTheyCome() {
        Rig rig = new Rig(Mode.HOLD, 10, 10);
        assertThat(rig.gate.let("ada")).isTrue();
        assertThat(rig.gate.let("ada")).isFalse();

        assertThat(rig.in("ada")).isTrue();
    }

    @Test
    void whoWasLetInLongAgoIsForgotten() {
        Rig rig = new Rig(Mode.OPEN, 10, 10);
        rig.in("ada");
        rig.later(Duration.ofDays(89));
        rig.in("bob");
        rig.later(Duration.ofDays(2));

        rig.task.run();

        assertThat(rig.state("ada")).isEqualTo("nobody");
        assertThat(rig.state("bob")).isEqualTo("ACTIVE NONE");
    }

    @Test
    void anotherEngineSeesTheSameQueue() {
        Rig rig = new Rig(Mode.HOLD, 10, 10);
        rig.comes("ada");
        rig.gate.choose(Optional.of(Mode.OPEN));

        Gate other = new Gate(rig.database.another(), rig.settings, java.time.Clock.systemUTC(), () -> false);

        assertThat(other.queue(10)).extracting(Person::account).containsExactly("ada");
        assertThat(other.view().mode()).isEqualTo(Mode.OPEN);
    }

    @Test
    void whenTheDatabaseIsDownNoNewPersonIsLetIn() {
        Rig rig = new Rig(Mode.OPEN, 10, 10);
        rig.database.down(true);

        assertThatThrownBy(() -> rig.comes("ada")).isInstanceOf(DatabaseException.class);
    }

    @Test
    void whoComesTwiceAtOnceHasOnePlace() throws Exception {
        Rig rig = new Rig(Mode.HOLD, 10, 10);
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            Callable<SignInDecision> coming = () -> rig.comes("ada");
            for (Future<SignInDecision> came : threads.invokeAll(java.util.Collections.nCopies(50, coming))) {
                assertThat(came.get()).isInstanceOf(SignInDecision.GoOn.class);
            }
        }

        assertThat(rig.gate.view().waiting()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''     | x  | mail-subject: 0 characters (expected: 1 to 200 on one line)
            A\u0001b | x | mail-subject: 3 characters (expected: 1 to 200 on one line)
            s      | '' | mail-body: 0 characters (expected: 1 to 10000)
            """)
    void aMailThatNoMailerTakesIsRefusedAtStart(String subject, String body, String message) {
        assertThatThrownBy(() -> new GateSettings(Mode.OPEN, 1, 1, MINUTE, 1, "", subject, body))
                .hasMessage(message);
    }
}
