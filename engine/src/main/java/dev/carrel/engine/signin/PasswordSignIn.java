/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

import dev.carrel.protocol.name.UserName;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/** Signs people in who type a name and a password. Guessing is slowed down here, whoever judges. */
public final class PasswordSignIn {
    private final UserStore users;
    private final Passwords passwords;
    private final Attempts attempts;
    private final SignIn signIn;
    private final Identities identities;
    private final AuditLog audit;
    private final Clock clock;

    /** Built by Guice. */
    @Inject
    PasswordSignIn(
            UserStore users,
            Passwords passwords,
            Attempts attempts,
            SignIn signIn,
            Identities identities,
            AuditLog audit,
            Clock clock) {
        this.users = users;
        this.passwords = passwords;
        this.attempts = attempts;
        this.signIn = signIn;
        this.identities = identities;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * Signs a person in.
     *
     * @param typed the name as it was typed
     * @throws Refusal wrong-credentials, with one text and one duration whatever was wrong; too-many; busy; forbidden when the password is right
     *     and the person is kept out all the same, or passwords are not in use
     */
    public SignIn.Opened signIn(String typed, String password, String userAgent, Caller caller) {
        Optional<UserName> name = name(typed);
        String account = name.map(UserName::value).orElse("");
        Optional<Duration> wait = attempts.charge(account, caller.remote());
        if (wait.isPresent()) {
            throw SignIn.tooMany(wait.get());
        }
        Optional<User> user = name.flatMap(users::find);
        Optional<String> hash = user.map(User::passwordHash);
        return switch (judge(typed, password, hash, account, caller)) {
            case Passwords.Judgement.Right right
            when hash.isPresent() && !user.orElseThrow().disabled() -> {
                attempts.right(account, caller.remote());
                signIn.admit(Applicant.of("password", user.orElseThrow(), caller), caller);
                yield signIn.open(user.orElseThrow().name(), hash.orElseThrow(), right.better(), userAgent, caller);
            }
            case Passwords.Judgement.Known(Proof proof) -> {
                attempts.right(account, caller.remote());
                yield identities.signIn(proof, userAgent, caller);
            }
            case Passwords.Judgement.Right _, Passwords.Judgement.Wrong _ -> {
                audit.append(new AuditEvent(
                        clock.instant(),
                        caller.name(),
                        "login",
                        account,
                        caller.remote(),
                        caller.requestId(),
                        "refused"));
                throw SignIn.wrong();
            }
        };
    }

    /** One that was not looked at, because we are too busy, is no failure. */
    private Passwords.Judgement judge(
            String typed, String password, Optional<String> hash, String account, Caller caller) {
        try {
            return passwords.judge(typed, password, hash, caller.remote());
        } catch (Refusal notJudged) {
            attempts.giveBack(account, caller.remote());
            throw notJudged;
        }
    }

    private static Optional<UserName> name(String typed) {
        try {
            return Optional.of(UserName.of(typed));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
