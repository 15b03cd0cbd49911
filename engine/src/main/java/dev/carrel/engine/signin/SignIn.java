/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

import dev.carrel.protocol.name.Base32;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.signed.Purpose;
import dev.carrel.protocol.signed.Revocation;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Predicate;

/** Signs people in and out. A sign-in is kept at the server; the browser holds a secret of which the database has the hash. */
public final class SignIn {
    /** How often a request of a sign-in is written down. */
    private static final Duration RESOLUTION = Duration.ofMinutes(1);

    private static final String WRONG = "Wrong name or password.";
    private static final int ID_LENGTH = 26;
    private static final int MAX_AGENT = 200;

    private final UserStore users;
    private final LoginStore logins;
    private final Admission admission;
    private final AuditLog audit;
    private final RevocationWatcher watcher;
    private final SigninSettings settings;
    private final Clock clock;

    /** Built by Guice. */
    @Inject
    SignIn(
            UserStore users,
            LoginStore logins,
            Admission admission,
            AuditLog audit,
            RevocationWatcher watcher,
            SigninSettings settings,
            Clock clock) {
        this.users = users;
        this.logins = logins;
        this.admission = admission;
        this.audit = audit;
        this.watcher = watcher;
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * A new sign-in and the secret for its cookie.
     *
     * @param secret shown once, here
     */
    public record Opened(Login login, String secret) {
        @Override
        public String toString() {
            return "Opened[" + login + "]";
        }
    }

    /** Who is behind a cookie. */
    public record Present(User user, Login login) {}

    /** Asks whoever has the last word, and notes a no. */
    void admit(Applicant applicant, Caller caller) {
        try {
            admission.admit(applicant);
        } catch (Refusal refusal) {
            audit.append(event(caller, applicant.user().value(), "login", "refused by a check"));
            throw refusal;
        }
    }

    static Refusal tooMany(Duration wait) {
        long seconds = wait.plusMillis(999).toSeconds();
        return new Refusal(
                Refusal.Kind.TOO_MANY,
                "Too many attempts. Please try again in " + seconds + " s.",
                Duration.ofSeconds(seconds));
    }

    static Refusal wrong() {
        return new Refusal(Refusal.Kind.WRONG_CREDENTIALS, WRONG);
    }

    /**
     * Opens a sign-in for somebody who has proven who they are. Always a new id.
     *
     * @param hash of the password with which they did
     * @param better to be kept in its place; empty for no change
     * @throws Refusal wrong-credentials when the password or the account was changed in this very moment
     */
    Opened open(UserName user, String hash, Optional<String> better, String userAgent, Caller caller) {
        Opened opened = open(user, userAgent, caller, now -> hash.equals(now.passwordHash()));
        better.ifPresent(stronger -> users.rehash(user, hash, stronger));
        return opened;
    }

    /**
     * Opens a sign-in for somebody who has proven who they are. Always a new id.
     *
     * @param still whether the proof still holds for the account as it is once the sign-in can be found and ended by others
     * @throws Refusal wrong-credentials when it was changed in this very moment
     */
    Opened open(UserName user, String userAgent, Caller caller, Predicate<User> still) {
        Instant now = clock.instant();
        String secret = Secrets.fresh();
        String agent = userAgent.length() > MAX_AGENT ? userAgent.substring(0, MAX_AGENT) : userAgent;
        Login login = new Login(Base32.random(ID_LENGTH), user, now, now, now.plus(settings.lifetime()), agent);
        logins.add(login, Secrets.hash(secret));
        // A change that came before ended what it found, and this sign-in was not there yet.
        if (users.find(user).filter(u -> !u.disabled() && still.test(u)).isEmpty()) {
            logins.end(login.id(), revocation(login.id(), now));
            throw wrong();
        }
        users.active(user, now);
        audit.append(event(caller, user.value(), "login", "done"));
        return new Opened(login, secret);
    }

    /** Who is behind a cookie's secret; empty when it is unknown, too old, idle too long, or the account is disabled. */
    public Optional<Present> present(String secret) {
        Instant now = clock.instant();
        Optional<Login> login = logins.find(Secrets.hash(secret))
                .filter(l -> now.isBefore(l.expires()))
                .filter(l -> now.isBefore(l.lastSeen().plus(settings.idle())));
        Optional<User> user = login.flatMap(l -> users.find(l.user())).filter(u -> !u.disabled());
        if (login.isEmpty() || user.isEmpty()) {
            return Optional.empty();
        }
        if (now.isAfter(login.get().lastSeen().plus(RESOLUTION))) {
            logins.seen(login.get().id(), now);
            users.active(user.get().name(), now);
        }
        return Optional.of(new Present(user.get(), login.get()));
    }

    /** Ends a sign-in and everything that descends from it. */
    public void out(Login login, Caller caller) {
        Instant now = clock.instant();
        logins.end(login.id(), revocation(login.id(), now));
        watcher.revocationsChanged();
        audit.append(event(caller, login.user().value(), "logout", "done"));
    }

    /** Ends whatever is issued for a sign-in, at any time: a ticket of before may become a session's cookie after. */
    private static Revocation revocation(String id, Instant now) {
        Instant until = now.plus(Purpose.SESSION.longest()).plus(Duration.ofDays(1));
        return new Revocation(Revocation.Kind.LOGIN, id, until, until);
    }

    private AuditEvent event(Caller caller, String subject, String action, String result) {
        return new AuditEvent(
                clock.instant(), caller.name(), action, subject, caller.remote(), caller.requestId(), result);
    }
}
