/* Copyright the Carrel authors. */
package dev.carrel.check.gate;

import dev.carrel.plugin.ClusterTask;
import dev.carrel.plugin.Mailer;
import dev.carrel.plugin.PluginException;
import dev.carrel.plugin.Site;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;

/**
 * Lets in from the queue whom the rate allows, and tells them. A run that was cut short, or overlaps with another leader's, does no harm: whom two let in is let
 * in once, and a mail that may have been sent already is sent again under its own id.
 */
final class Activation implements ClusterTask {
    /** No mail is begun after so long; the longest that one takes is a minute. */
    private static final Duration MAILING = Duration.ofMinutes(3);

    private static final Duration PAUSE = Duration.ofMinutes(5);
    private static final Duration GIVE_UP = Duration.ofDays(3);
    private static final Duration KEPT = Duration.ofDays(90);
    private static final int FORGOTTEN = 100;

    private final Gate gate;
    private final GateSettings settings;
    private final Mailer mailer;
    private final BooleanSupplier mails;
    private final Site site;
    private final Clock clock;
    private final Logger log;

    Activation(
            Gate gate,
            GateSettings settings,
            Mailer mailer,
            BooleanSupplier mails,
            Site site,
            Clock clock,
            Logger log) {
        this.gate = gate;
        this.settings = settings;
        this.mailer = mailer;
        this.mails = mails;
        this.site = site;
        this.clock = clock;
        this.log = log;
    }

    @Override
    public String name() {
        return "activation";
    }

    @Override
    public Duration every() {
        return settings.every();
    }

    @Override
    public void run() {
        long may = gate.settle();
        List<Person> first = may > 0 ? gate.queue((int) may) : List.of();
        long let = first.stream().filter(person -> gate.let(person).isPresent()).count();
        if (let > 0) {
            log.info("{} of the queue may sign in now", let);
        }
        if (mails.getAsBoolean()) {
            mail();
        }
        gate.forget(clock.instant().minus(KEPT), FORGOTTEN);
    }

    private void mail() {
        Instant end = clock.instant().plus(MAILING);
        for (Person person : gate.due(settings.maxActivationsPerRun())) {
            if (!clock.instant().isBefore(end) || !send(person)) {
                return;
            }
        }
    }

    /** Whether it makes sense to go on with the next one. */
    private boolean send(Person person) {
        String body = settings.mailBody()
                .replace("{account}", person.account())
                .replace("{site}", site.url().toString());
        try {
            mailer.send(
                    Mailer.Mail.text(person.mailId(), String.valueOf(person.email()), settings.mailSubject(), body));
            gate.mailed(person, Person.Mail.SENT, clock.instant());
            return true;
        } catch (PluginException e) {
            boolean late = person.since().plus(GIVE_UP).isBefore(clock.instant());
            if (e.retryable() && !late) {
                Duration pause =
                        e.retryAfter().filter(wait -> wait.compareTo(PAUSE) > 0).orElse(PAUSE);
                gate.mailed(person, Person.Mail.DUE, clock.instant().plus(pause));
                log.warn(
                        "the mail to {} is tried again in {} s: {}",
                        person.account(),
                        pause.toSeconds(),
                        e.getMessage());
                return false;
            }
            return failed(person, e);
        } catch (IllegalArgumentException e) {
            return failed(person, e);
        }
    }

    private boolean failed(Person person, RuntimeException why) {
        gate.mailed(person, Person.Mail.FAILED, clock.instant());
        log.warn("{} was let in and gets no mail: {}", person.account(), why.getMessage());
        return true;
    }
}
