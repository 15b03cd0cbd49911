/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.signed.Purpose;
import dev.carrel.protocol.signed.Revocation;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;

/** One-time links that let a person in, and choose a password where accounts have one. */
public final class Invitations {
    private final InvitationStore invitations;
    private final UserStore users;
    private final Passwords passwords;
    private final SignIn signIn;
    private final AuditLog audit;
    private final RevocationWatcher watcher;
    private final SigninSettings settings;
    private final Clock clock;

    /** Built by Guice. */
    @Inject
    Invitations(
            InvitationStore invitations,
            UserStore users,
            Passwords passwords,
            SignIn signIn,
            AuditLog audit,
            RevocationWatcher watcher,
            SigninSettings settings,
            Clock clock) {
        this.invitations = invitations;
        this.users = users;
        this.passwords = passwords;
        this.signIn = signIn;
        this.audit = audit;
        this.watcher = watcher;
        this.settings = settings;
        this.clock = clock;
    }

    /** Makes an invitation in place of any other of that user; the token goes into {@code /hub/invite/{token}} and is shown once. */
    public String invite(UserName user, Caller caller) {
        if (users.find(user).filter(u -> !u.disabled()).isEmpty()) {
            throw new Refusal(Refusal.Kind.UNKNOWN, "user \"" + user + "\" does not exist or is disabled");
        }
        String token = Secrets.fresh();
        invitations.replace(user, Secrets.hash(token), clock.instant().plus(settings.invitation()));
        audit.append(new AuditEvent(
                clock.instant(),
                caller.name(),
                "user.invited",
                user.value(),
                caller.remote(),
                caller.requestId(),
                "done"));
        return token;
    }

    /** For whom a token is, while it can be used. */
    public Optional<UserName> find(String token) {
        return invitations.find(Secrets.hash(token), clock.instant());
    }

    /**
     * Uses a token up: sets the password, when there is one, and signs in.
     *
     * @param password empty where accounts have none; one that was there stays
     * @throws Refusal unknown when it cannot be used; invalid when the password is no good, forbidden when the person is kept out, in which
     *     cases it can still be used
     */
    public SignIn.Opened accept(String token, Optional<String> password, String userAgent, Caller caller) {
        Instant now = clock.instant();
        String hash = Secrets.hash(token);
        UserName user = invitations.find(hash, now).orElseThrow(Invitations::used);
        Optional<String> passwordHash = password.map(passwords::hash);
        // Before the link is used up: whoever is kept out today may be let in tomorrow.
        users.find(user).ifPresent(u -> signIn.admit(Applicant.of("invitation", u, caller), caller));
        Revocation revocation =
                new Revocation(Revocation.Kind.USER, user.value(), now.plusMillis(1), now.plus(Purpose.API.longest()));
        if (!invitations.accept(hash, now, passwordHash, revocation)) {
            throw used();
        }
        watcher.revocationsChanged();
        audit.append(new AuditEvent(
                now, user.value(), "user.accepted", user.value(), caller.remote(), caller.requestId(), "done"));
        return passwordHash.isPresent()
                ? signIn.open(user, passwordHash.get(), Optional.empty(), userAgent, caller)
                : signIn.open(user, userAgent, caller, _ -> true);
    }

    private static Refusal used() {
        return new Refusal(
                Refusal.Kind.UNKNOWN, "This link has been used, has expired, or never was. Ask for a new one.");
    }
}
