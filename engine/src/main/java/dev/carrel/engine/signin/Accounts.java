/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

import dev.carrel.protocol.name.Printable;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.signed.Purpose;
import dev.carrel.protocol.signed.Revocation;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Accounts. Whatever takes a right away ends every sign-in, cookie, ticket and token of before at once. */
public final class Accounts {
    private final UserStore users;
    private final Passwords passwords;
    private final Attempts attempts;
    private final AuditLog audit;
    private final RevocationWatcher watcher;
    private final Clock clock;

    /** Notes when a person was active; a moment in the future, or before the one noted, is ignored. */
    public void active(UserName name, Instant at) {
        if (!at.isAfter(clock.instant().plusSeconds(60))) {
            users.active(name, at);
        }
    }

    /** Built by Guice. */
    @Inject
    Accounts(
            UserStore users,
            Passwords passwords,
            Attempts attempts,
            AuditLog audit,
            RevocationWatcher watcher,
            Clock clock) {
        this.users = users;
        this.passwords = passwords;
        this.attempts = attempts;
        this.audit = audit;
        this.watcher = watcher;
        this.clock = clock;
    }

    /**
     * Adds an account.
     *
     * @param password empty for one that only an invitation lets in
     * @throws Refusal invalid, conflict
     */
    public User add(UserName name, Optional<String> password, boolean admin, Caller caller) {
        String hash = password.map(passwords::hash).orElse(null);
        User user = new User(name, admin, false, clock.instant(), null, hash);
        if (!users.add(user)) {
            throw new Refusal(Refusal.Kind.CONFLICT, "user " + Printable.quote(name.value()) + " exists already");
        }
        note(caller, name, admin ? "user.added-admin" : "user.added");
        return user;
    }

    /** One account. */
    public Optional<User> find(UserName name) {
        return users.find(name);
    }

    /** One account that must be there. */
    public User get(UserName name) {
        return users.find(name).orElseThrow(() -> unknown(name));
    }

    /** A stretch of the accounts that fit. */
    public List<User> list(UserQuery query) {
        return users.list(query);
    }

    /** How many fit. */
    public int count(UserQuery query) {
        return users.count(query);
    }

    /** Keeps somebody out, or lets them in again. */
    public void disable(UserName name, boolean disabled, Caller caller) {
        change(
                name,
                UserChange.disabled(disabled),
                Optional.empty(),
                caller,
                disabled ? "user.disabled" : "user.enabled");
    }

    /** Makes somebody an administrator, or no longer. */
    public void admin(UserName name, boolean admin, Caller caller) {
        change(
                name,
                UserChange.admin(admin),
                Optional.empty(),
                caller,
                admin ? "user.made-admin" : "user.unmade-admin");
    }

    /** Sets a password. Every sign-in but {@code keepLogin} ends. */
    public void password(UserName name, String password, Optional<String> keepLogin, Caller caller) {
        change(name, UserChange.passwordHash(passwords.hash(password)), keepLogin, caller, "user.password");
    }

    /**
     * Whether this is the account's password; false for one that has none. Counts as an attempt to sign in, or the thief of a sign-in could guess
     * here as often as they like.
     *
     * @throws Refusal too-many, busy
     */
    public boolean passwordIs(UserName name, String password) {
        // In place of an address: nobody else's wait may grow by this.
        String place = "account of " + name;
        Optional<Duration> wait = attempts.charge(name.value(), place);
        if (wait.isPresent()) {
            throw SignIn.tooMany(wait.get());
        }
        boolean right;
        try {
            Optional<String> hash = users.find(name).map(User::passwordHash);
            right = passwords.judge(name.value(), password, hash, place) instanceof Passwords.Judgement.Right
                    && hash.isPresent();
        } catch (Refusal busy) {
            attempts.giveBack(name.value(), place);
            throw busy;
        }
        if (right) {
            attempts.right(name.value(), place);
        }
        return right;
    }

    /** Deletes an account. The home's folder stays on disk; a later person of that name gets a new one. */
    public void delete(UserName name, Caller caller) {
        judge(name, users.delete(name, revocation(name)));
        watcher.revocationsChanged();
        note(caller, name, "user.deleted");
    }

    /** Whether an enabled administrator exists who has a password or has ever come in otherwise. */
    public boolean administratorExists() {
        return users.list(UserQuery.all(0, Integer.MAX_VALUE)).stream()
                .anyMatch(u -> u.admin() && !u.disabled() && (u.passwordHash() != null || u.lastActivity() != null));
    }

    private void change(UserName name, UserChange change, Optional<String> keepLogin, Caller caller, String action) {
        judge(name, users.change(name, change, keepLogin, revocation(name)));
        // First: if the record cannot be written the router must hear of it all the same.
        watcher.revocationsChanged();
        note(caller, name, action);
    }

    private static void judge(UserName name, UserStore.Outcome outcome) {
        switch (outcome) {
            case DONE -> {}
            case UNKNOWN -> throw unknown(name);
            case LAST_ADMIN ->
                throw new Refusal(
                        Refusal.Kind.CONFLICT,
                        "user " + Printable.quote(name.value())
                                + " is the last administrator (make another one first)");
        }
    }

    private static Refusal unknown(UserName name) {
        return new Refusal(Refusal.Kind.UNKNOWN, "user " + Printable.quote(name.value()) + " does not exist");
    }

    private Revocation revocation(UserName name) {
        Instant now = clock.instant();
        // A token without expiry would outlive any shorter memory of its end.
        return new Revocation(Revocation.Kind.USER, name.value(), now.plusMillis(1), now.plus(Purpose.API.longest()));
    }

    private void note(Caller caller, UserName subject, String action) {
        audit.append(new AuditEvent(
                clock.instant(), caller.name(), action, subject.value(), caller.remote(), caller.requestId(), "done"));
    }
}
