/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.carrel.engine.database.OwnDatabase;
import dev.carrel.engine.database.Stores;
import dev.carrel.plugin.database.jdbc.JdbcDatabase;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.signed.Claims;
import dev.carrel.protocol.signed.Purpose;
import dev.carrel.protocol.signed.Revocation;
import dev.carrel.protocol.signed.Revocations;
import dev.carrel.protocol.signed.SignedValues;
import dev.carrel.protocol.signed.SigningKeys;
import dev.carrel.protocol.signed.Verified;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** The whole sign-in feature over a database of its own, with a clock that the test moves. */
public final class SigninRig implements AutoCloseable {
    static final String PASSWORD = "correct horse battery";
    static final UserName ADA = new UserName("ada");
    static final UserName ROOT = new UserName("root");
    static final Caller CALLER = new Caller("", "192.0.2.7", "r1");

    public final FakeClock clock = new FakeClock();
    final FakeRevocationWatcher watcher = new FakeRevocationWatcher();
    public final SigningKeys keys = SigningKeys.parse("test", SigningKeys.freshLine());
    final SignedValues values = new SignedValues(keys, clock);
    final SigninSettings settings;
    final JdbcDatabase database;
    final Stores stores;
    final LocalPasswordsAlone passwords;
    public final Attempts attempts;
    public final Accounts accounts;
    public final SignIn signIn;
    public final PasswordSignIn byPassword;
    public final Invitations invitations;
    public final ApiTokens tokens;
    final Identities identities;
    /** Who has the last word. */
    Admission admission = Admission.EVERYBODY;

    public SigninRig(Path folder) {
        this(folder, 10);
    }

    SigninRig(Path folder, int passwordMinLength) {
        this(folder, passwordMinLength, true);
    }

    SigninRig(Path folder, int passwordMinLength, boolean createAccounts) {
        settings = new SigninSettings(
                Duration.ofHours(12),
                Duration.ofDays(30),
                5,
                30,
                Duration.ofSeconds(5),
                Duration.ofMinutes(15),
                Duration.ofDays(1),
                createAccounts,
                "");
        database = OwnDatabase.open(folder.resolve("carrel.db"));
        stores = Stores.of(database);
        passwords = new LocalPasswordsAlone(passwordMinLength);
        attempts = new Attempts(settings, clock);
        accounts = new Accounts(stores.users(), passwords, attempts, stores.audit(), watcher, clock);
        signIn = new SignIn(
                stores.users(), stores.logins(), who -> admission.admit(who), stores.audit(), watcher, settings, clock);
        identities = new Identities(
                stores.identities(),
                stores.users(),
                signIn,
                attempts,
                who -> admission.admit(who),
                stores.audit(),
                watcher,
                settings,
                clock);
        byPassword = new PasswordSignIn(stores.users(), passwords, attempts, signIn, identities, stores.audit(), clock);
        invitations = new Invitations(
                stores.invitations(), stores.users(), passwords, signIn, stores.audit(), watcher, settings, clock);
        tokens = new ApiTokens(stores.tokens(), stores.users(), values, stores.audit(), watcher, clock);
    }

    /** All that is kept. */
    public Stores stores() {
        return stores;
    }

    /** An account with {@link #PASSWORD}. */
    public User add(String name, boolean admin) {
        return accounts.add(UserName.of(name), Optional.of(PASSWORD), admin, CALLER);
    }

    SignIn.Opened signIn(String name) {
        return byPassword.signIn(name, PASSWORD, "browser", CALLER);
    }

    boolean present(SignIn.Opened opened) {
        return signIn.present(opened.secret()).isPresent();
    }

    /** A token that may all its owner may, without end. */
    public ApiTokens.Made token(String owner) {
        return token(owner, List.of());
    }

    /** A token for these scopes, without end. */
    public ApiTokens.Made token(String owner, List<String> scopes) {
        UserName name = UserName.of(owner);
        return tokens.create(name, Rights.of(accounts.get(name)), scopes, "", Optional.empty(), CALLER);
    }

    Claims claims(ApiTokens.Made made) {
        if (values.verify(Purpose.API, "", made.text()) instanceof Verified.Genuine(Claims claims)) {
            return claims;
        }
        throw new AssertionError("not genuine");
    }

    /** Whether the router would refuse these claims. */
    boolean revoked(Claims claims) {
        return new Revocations(stores.revocations().list(clock.instant())).revoked(claims);
    }

    /** Whether the router would refuse the cookie of a session that this sign-in enters right now. */
    boolean cookieRefused(Login login) {
        return revoked(new Claims(
                login.user().value(),
                "host",
                login.id(),
                login.id(),
                List.of(),
                clock.instant(),
                clock.instant().plusSeconds(60)));
    }

    Optional<Revocation> revocation(Revocation.Kind kind, String id) {
        return stores.revocations().list(clock.instant()).stream()
                .filter(r -> r.kind() == kind && r.id().equals(id))
                .findFirst();
    }

    /** The refusal that this brings. */
    static Refusal refused(ThrowingCallable call) {
        Refusal refusal = catchThrowableOfType(Refusal.class, call);
        if (refusal == null) {
            throw new AssertionError("not refused");
        }
        return refusal;
    }

    @Override
    public void close() {
        database.close();
    }
}
