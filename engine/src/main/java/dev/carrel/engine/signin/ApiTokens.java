/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

import dev.carrel.protocol.name.Base32;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.signed.Claims;
import dev.carrel.protocol.signed.Purpose;
import dev.carrel.protocol.signed.Revocation;
import dev.carrel.protocol.signed.SignedValues;
import dev.carrel.protocol.signed.Verified;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** API tokens: signed values, so that the router can check them alone; the database keeps their hash and can end them. */
public final class ApiTokens {
    private static final Duration FOR_EVER = Purpose.API.longest().minusDays(1);
    private static final Duration RESOLUTION = Duration.ofMinutes(1);
    private static final int ID_LENGTH = 16;
    private static final int MAX_NOTE = 200;
    private static final int MAX_SCOPES = 32;
    /** With the rest a token stays well below what a header may hold. */
    private static final int MAX_SCOPES_LENGTH = 2000;

    private static final int MAX_TOKENS = 200;

    private final TokenStore tokens;
    private final UserStore users;
    private final SignedValues values;
    private final AuditLog audit;
    private final RevocationWatcher watcher;
    private final Clock clock;

    /** Built by Guice. */
    @Inject
    ApiTokens(
            TokenStore tokens,
            UserStore users,
            SignedValues values,
            AuditLog audit,
            RevocationWatcher watcher,
            Clock clock) {
        this.tokens = tokens;
        this.users = users;
        this.values = values;
        this.audit = audit;
        this.watcher = watcher;
        this.clock = clock;
    }

    /**
     * A new token.
     *
     * @param text shown once, here
     */
    public record Made(ApiToken token, String text) {
        @Override
        public String toString() {
            return "Made[" + token + "]";
        }
    }

    /** Who speaks with a token. */
    public record Bearer(User user, ApiToken token, Rights rights) {}

    /**
     * Makes a token for a user.
     *
     * @param by what the asker may: nobody can make a token that may more
     * @param scopes empty for all that its owner may
     * @param life empty for no end
     * @throws Refusal invalid, forbidden, unknown, conflict
     */
    public Made create(
            UserName owner, Rights by, List<String> scopes, String note, Optional<Duration> life, Caller caller) {
        User user = users.find(owner)
                .filter(u -> !u.disabled())
                .orElseThrow(() ->
                        new Refusal(Refusal.Kind.UNKNOWN, "user \"" + owner + "\" does not exist or is disabled"));
        if (note.length() > MAX_NOTE || scopes.size() > MAX_SCOPES) {
            throw new Refusal(
                    Refusal.Kind.INVALID,
                    "note, scopes: " + note.length() + " characters, " + scopes.size() + " scopes (expected: at most "
                            + MAX_NOTE + " and " + MAX_SCOPES + ")");
        }
        if (life.isPresent()
                && (life.get().isNegative() || life.get().isZero() || life.get().compareTo(FOR_EVER) > 0)) {
            throw new Refusal(Refusal.Kind.INVALID, "expiry: " + life.get() + " (expected: a time to come, or none)");
        }
        if (tokens.list(owner).size() >= MAX_TOKENS) {
            throw new Refusal(
                    Refusal.Kind.CONFLICT,
                    "user \"" + owner + "\" has " + MAX_TOKENS + " tokens already (revoke some first)");
        }
        List<Scope> wanted = wanted(scopes);
        Rights ownersOwn = Rights.of(user);
        for (Scope scope : wanted) {
            boolean forOwner = ownersOwn.mayGrant(scope);
            boolean forAsker = by.user().equals(owner)
                    ? by.mayGrant(scope)
                    : by.may("admin:users", owner) && by.scopes().contains(Scope.INHERIT);
            if (!forOwner || !forAsker) {
                throw new Refusal(
                        Refusal.Kind.FORBIDDEN, "scope: \"" + scope + "\" is more than may be given away here");
            }
        }
        return make(user, wanted, note, life, caller);
    }

    private static List<Scope> wanted(List<String> scopes) {
        List<Scope> wanted = scopes.isEmpty()
                ? List.of(Scope.INHERIT)
                : scopes.stream().map(Scope::parse).map(ApiTokens::narrowed).toList();
        int length = wanted.stream()
                .mapToInt(s -> s.toString().getBytes(StandardCharsets.UTF_8).length)
                .sum();
        if (length > MAX_SCOPES_LENGTH) {
            throw new Refusal(
                    Refusal.Kind.INVALID, "scopes: " + length + " bytes (expected: at most " + MAX_SCOPES_LENGTH + ")");
        }
        return wanted;
    }

    private Made make(User user, List<Scope> scopes, String note, Optional<Duration> life, Caller caller) {
        Instant now = Instant.ofEpochMilli(clock.millis());
        List<String> spelled = scopes.stream().map(Scope::toString).toList();
        ApiToken token = new ApiToken(
                Base32.random(ID_LENGTH),
                user.name(),
                note,
                spelled,
                now,
                life.map(now::plus).orElse(null),
                null);
        String text = values.sign(
                Purpose.API,
                new Claims(
                        user.name().value(),
                        "",
                        token.id(),
                        "",
                        entering(scopes),
                        now,
                        now.plus(life.orElse(FOR_EVER))));
        tokens.add(token, Secrets.hash(text));
        // A change of the account that came before ended the tokens it found, and this one was not there yet.
        if (users.find(user.name()).filter(u -> sameRights(u, user)).isEmpty()) {
            tokens.revoke(user.name(), token.id(), revocation(token, now));
            watcher.revocationsChanged();
            throw new Refusal(
                    Refusal.Kind.CONFLICT, "user \"" + user.name() + "\" was changed in this moment (try again)");
        }
        note(caller, user.name(), "token.created");
        return new Made(token, text);
    }

    private static boolean sameRights(User now, User then) {
        return now.admin() == then.admin()
                && now.disabled() == then.disabled()
                && Objects.equals(now.passwordHash(), then.passwordHash());
    }

    /** What the router is told: which sessions the token opens, in the few spellings that mean just that. The rest is between us and the database. */
    private static List<String> entering(List<Scope> scopes) {
        return scopes.stream()
                .filter(s -> s.name().equals("inherit")
                        || s.name().equals("self")
                        || s.name().equals("access:servers"))
                .map(Scope::toString)
                .toList();
    }

    /** The router takes a token's scopes at their word, and nobody may enter everybody's sessions. */
    private static Scope narrowed(Scope scope) {
        return Scope.entering(scope.name()) && scope.filter().isEmpty() ? new Scope(scope.name(), "user") : scope;
    }

    /** Who speaks with this text; empty when it is no token, has ended, or its owner is disabled. */
    public Optional<Bearer> verify(String text) {
        if (!(values.verify(Purpose.API, "", text) instanceof Verified.Genuine)) {
            return Optional.empty();
        }
        Instant now = clock.instant();
        Optional<ApiToken> token =
                tokens.find(Secrets.hash(text)).filter(t -> t.expires() == null || now.isBefore(t.expires()));
        Optional<User> user = token.flatMap(t -> users.find(t.user())).filter(u -> !u.disabled());
        if (token.isEmpty() || user.isEmpty()) {
            return Optional.empty();
        }
        Instant lastUsed = token.get().lastUsed();
        if (lastUsed == null || now.isAfter(lastUsed.plus(RESOLUTION))) {
            tokens.used(token.get().id(), now);
            users.active(user.get().name(), now);
        }
        List<Scope> scopes = token.get().scopes().stream().map(Scope::parse).toList();
        return Optional.of(new Bearer(
                user.get(),
                token.get(),
                new Rights(user.get().name(), user.get().admin(), scopes)));
    }

    /** Those of a user, the newest first. */
    public List<ApiToken> list(UserName user) {
        Instant now = clock.instant();
        return tokens.list(user).stream()
                .filter(t -> t.expires() == null || now.isBefore(t.expires()))
                .toList();
    }

    /** Ends a token; false when the user has none of that id. */
    public boolean revoke(UserName user, String id, Caller caller) {
        Instant now = clock.instant();
        Optional<ApiToken> token =
                tokens.list(user).stream().filter(t -> t.id().equals(id)).findFirst();
        boolean gone = token.isPresent() && tokens.revoke(user, id, revocation(token.get(), now));
        if (gone) {
            watcher.revocationsChanged();
            note(caller, user, "token.revoked");
        }
        return gone;
    }

    /** A token's id is never used again, so it is dead whenever it was issued: clocks may be set back. */
    private static Revocation revocation(ApiToken token, Instant now) {
        Instant until = token.expires() == null
                ? now.plus(Purpose.API.longest())
                : token.expires().plusSeconds(1);
        return new Revocation(Revocation.Kind.TOKEN, token.id(), until, until);
    }

    private void note(Caller caller, UserName subject, String action) {
        audit.append(new AuditEvent(
                clock.instant(), caller.name(), action, subject.value(), caller.remote(), caller.requestId(), "done"));
    }
}
