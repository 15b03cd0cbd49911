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

/**
 * Signs in people whom a plugin has identified. The account is the one that the identity is linked to; who comes for the first time gets a new one.
 * An account that is there already is never given to an identity of the same name: an administrator links the two.
 */
public final class Identities {
    private static final Duration KEEP_FLOWS = Duration.ofHours(1);

    private final IdentityStore identities;
    private final UserStore users;
    private final SignIn signIn;
    private final Attempts attempts;
    private final Admission admission;
    private final AuditLog audit;
    private final RevocationWatcher watcher;
    private final SigninSettings settings;
    private final Clock clock;

    /** Built by Guice. */
    @Inject
    Identities(
            IdentityStore identities,
            UserStore users,
            SignIn signIn,
            Attempts attempts,
            Admission admission,
            AuditLog audit,
            RevocationWatcher watcher,
            SigninSettings settings,
            Clock clock) {
        this.identities = identities;
        this.users = users;
        this.signIn = signIn;
        this.attempts = attempts;
        this.admission = admission;
        this.audit = audit;
        this.watcher = watcher;
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * Lets nobody try who has failed too often from the same address.
     *
     * @throws Refusal too-many
     */
    public void mayTry(Caller caller) {
        attempts.waiting(caller.remote()).ifPresent(wait -> {
            throw SignIn.tooMany(wait);
        });
    }

    /** Counts a failure and notes it. */
    public void failed(String method, String why, Caller caller) {
        attempts.failed(caller.remote());
        note(caller, method, "login", "refused: " + Printable.quote(why));
    }

    /** Notes that a flow has come to its end; false when it had before. */
    public boolean use(String flow) {
        return identities.use(flow, clock.instant().plus(KEEP_FLOWS));
    }

    /**
     * Signs somebody in, with a new account when it is the first time.
     *
     * @throws Refusal forbidden, conflict, invalid, busy; it has been noted
     */
    public SignIn.Opened signIn(Proof proof, String userAgent, Caller caller) {
        try {
            User user = identities
                    .find(proof.method(), proof.subject())
                    .flatMap(link -> users.find(link.user()))
                    .map(known -> known(proof, known, caller))
                    .orElseGet(() -> newcomer(proof, caller));
            return signIn.open(user.name(), userAgent, caller, now -> linked(proof, now));
        } catch (Refusal refusal) {
            note(caller, proof.method() + " " + Printable.quote(proof.subject()), "login", "refused");
            throw refusal;
        }
    }

    private boolean linked(Proof proof, User user) {
        return identities
                .find(proof.method(), proof.subject())
                .filter(link -> link.user().equals(user.name()))
                .isPresent();
    }

    private User known(Proof proof, User user, Caller caller) {
        if (user.disabled()) {
            throw new Refusal(Refusal.Kind.FORBIDDEN, "This account is disabled. Ask your administrator.");
        }
        admission.admit(applicant(proof, user, true, caller));
        return user;
    }

    private User newcomer(Proof proof, Caller caller) {
        if (!settings.createAccounts()) {
            throw new Refusal(
                    Refusal.Kind.FORBIDDEN, "There is no account for you here. Ask your administrator." + hint(proof));
        }
        User user = new User(name(proof), proof.administrator(), false, clock.instant(), null, null);
        if (users.find(user.name()).isPresent()) {
            throw taken(user.name(), proof);
        }
        admission.admit(applicant(proof, user, false, caller));
        LinkedIdentity link = new LinkedIdentity(proof.method(), proof.subject(), user.name(), clock.instant());
        return switch (identities.create(user, link)) {
            case DONE -> {
                note(caller, user.name().value(), user.admin() ? "user.added-admin" : "user.added", "done");
                yield user;
            }
            case NAME_TAKEN, UNKNOWN -> throw taken(user.name(), proof);
            case LINKED ->
                // The same person signs in twice at once and the other one was first.
                identities
                        .find(proof.method(), proof.subject())
                        .flatMap(known -> users.find(known.user()))
                        .filter(known -> !known.disabled())
                        .orElseThrow(() -> taken(user.name(), proof));
        };
    }

    private static UserName name(Proof proof) {
        try {
            return UserName.of(proof.name());
        } catch (IllegalArgumentException e) {
            throw new Refusal(
                    Refusal.Kind.INVALID,
                    "You cannot have an account here under your name: " + e.getMessage()
                            + ". Ask your administrator to make one and link it." + hint(proof));
        }
    }

    private static Refusal taken(UserName name, Proof proof) {
        return new Refusal(
                Refusal.Kind.CONFLICT,
                "There is an account " + Printable.quote(name.value())
                        + " here already, which this way to sign in does not open. If it is yours, sign in with its password, or ask your administrator to link the two."
                        + hint(proof));
    }

    /** What an administrator needs for linking. The person knows it anyway: it is theirs. */
    private static String hint(Proof proof) {
        return " (" + proof.method() + ", subject " + Printable.quote(proof.subject()) + ")";
    }

    private static Applicant applicant(Proof proof, User user, boolean exists, Caller caller) {
        return new Applicant(
                proof.method(),
                proof.subject(),
                user.name(),
                proof.email(),
                proof.emailVerified(),
                proof.displayName(),
                proof.groups(),
                exists,
                user.lastActivity() == null,
                user.admin(),
                caller.remote());
    }

    /** The identities that open an account. */
    public List<LinkedIdentity> list(UserName user) {
        return identities.list(user);
    }

    /**
     * Lets an identity open an account that is there.
     *
     * @throws Refusal unknown, conflict, invalid
     */
    public LinkedIdentity link(UserName user, String method, String subject, Caller caller) {
        if (!method.matches("[a-z][a-z0-9-]{0,49}") || subject.isEmpty() || subject.length() > 255) {
            throw new Refusal(
                    Refusal.Kind.INVALID, "identity: expected the id of a plugin and a subject of 1 to 255 characters");
        }
        LinkedIdentity link = new LinkedIdentity(method, subject, user, clock.instant());
        switch (identities.link(link)) {
            case DONE -> note(caller, user.value(), "identity.linked", "done");
            case UNKNOWN, NAME_TAKEN ->
                throw new Refusal(Refusal.Kind.UNKNOWN, "user " + Printable.quote(user.value()) + " does not exist");
            case LINKED ->
                throw new Refusal(
                        Refusal.Kind.CONFLICT,
                        "this identity opens an account already: "
                                + identities
                                        .find(method, subject)
                                        .map(l -> Printable.quote(l.user().value()))
                                        .orElse("none any more"));
        }
        return link;
    }

    /**
     * Takes a link away and ends whatever was opened for the account.
     *
     * @throws Refusal unknown
     */
    public void unlink(UserName user, String method, String subject, Caller caller) {
        Instant now = clock.instant();
        Revocation revocation =
                new Revocation(Revocation.Kind.USER, user.value(), now.plusMillis(1), now.plus(Purpose.API.longest()));
        if (!identities.unlink(user, method, subject, revocation)) {
            throw new Refusal(Refusal.Kind.UNKNOWN, "this identity does not open that account");
        }
        watcher.revocationsChanged();
        note(caller, user.value(), "identity.unlinked", "done");
    }

    private void note(Caller caller, String subject, String action, String result) {
        audit.append(new AuditEvent(
                clock.instant(), caller.name(), action, subject, caller.remote(), caller.requestId(), result));
    }
}
