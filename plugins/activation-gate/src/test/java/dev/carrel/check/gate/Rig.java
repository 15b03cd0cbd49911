/* Copyright the Carrel authors. */
package dev.carrel.check.gate;

import dev.carrel.plugin.SignInAttempt;
import dev.carrel.plugin.SignInDecision;
import dev.carrel.plugin.Site;
import dev.carrel.plugin.testkit.FakeDatabase;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.Set;
import org.slf4j.LoggerFactory;

/** A gate over a database in memory, with a clock and a mailer of the test's. */
final class Rig {
    static final Instant START = Instant.parse("2026-03-08T12:00:00Z");

    final FakeDatabase database = new FakeDatabase();
    final FakeMailer mailer = new FakeMailer();
    final GateSettings settings;
    final Gate gate;
    final GateCheck check;
    final Activation task;
    boolean mails = true;
    Instant now = START;

    Rig(Mode mode, int rate, int perRun) {
        settings = settings(mode, rate, perRun);
        Clock clock = ((InstantSource) () -> now).withZone(ZoneOffset.UTC);
        gate = new Gate(database, settings, clock, () -> mails);
        check = new GateCheck(gate);
        task = new Activation(
                gate,
                settings,
                mailer,
                () -> mails,
                new Site(URI.create("https://lab.example.org"), false),
                clock,
                LoggerFactory.getLogger("plugin.activation-gate"));
    }

    static GateSettings settings(Mode mode, int rate, int perRun) {
        return new GateSettings(
                mode,
                rate,
                perRun,
                Duration.ofMinutes(1),
                5,
                "Step <by> step.",
                "You can sign in now",
                "Hello {account},\\nsign in at {site}\\n");
    }

    static SignInAttempt attempt(String user, boolean exists, boolean newcomer, boolean administrator) {
        return new SignInAttempt(
                "auth-oidc",
                "oidc:" + user,
                user,
                Optional.of(user + "@example.org"),
                true,
                "",
                Set.of(),
                exists,
                newcomer,
                administrator,
                "192.0.2.1");
    }

    /** Somebody comes for the first time. */
    SignInDecision comes(String user) {
        return check.check(attempt(user, false, true, false));
    }

    /** Whether somebody who comes for the first time is let in. */
    boolean in(String user) {
        return comes(user) instanceof SignInDecision.Allow;
    }

    void later(Duration time) {
        now = now.plus(time);
    }

    String state(String user) {
        return gate.find(user).map(p -> p.state() + " " + p.mail()).orElse("nobody");
    }
}
