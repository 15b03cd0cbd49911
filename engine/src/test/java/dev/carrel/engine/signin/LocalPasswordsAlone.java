/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

import dev.carrel.auth.local.LocalPasswords;
import dev.carrel.auth.local.LocalSettings;
import dev.carrel.plugin.PasswordAuthenticator.Answer;
import dev.carrel.plugin.PasswordAuthenticator.Attempt;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;

/** The passwords of the plugin auth-local without a plugin host; counts what it is asked. */
public final class LocalPasswordsAlone implements Passwords {
    private final LocalPasswords local;
    private final AtomicInteger hashes = new AtomicInteger();

    public LocalPasswordsAlone(int minLength) {
        local = new LocalPasswords(new LocalSettings(minLength, 2, 1));
    }

    /** How often it was asked; an attempt to sign in must be, whoever it is for. */
    int hashes() {
        return hashes.get();
    }

    @Override
    public boolean asked() {
        return true;
    }

    @Override
    public OptionalInt minLength() {
        return OptionalInt.of(local.minLength());
    }

    @Override
    public Judgement judge(String typed, String password, Optional<String> hash, String remote) {
        hashes.incrementAndGet();
        return answered(() -> local.check(new Attempt(typed, password, hash, remote))) instanceof Answer.Right right
                ? new Judgement.Right(right.better())
                : new Judgement.Wrong();
    }

    @Override
    public String hash(String password) {
        hashes.incrementAndGet();
        return switch (answered(() -> local.keep(password))) {
            case Answer.Kept(String text) -> text;
            case Answer.Unfit(String message) -> throw new Refusal(Refusal.Kind.INVALID, message);
            default -> throw new AssertionError("neither kept nor unfit");
        };
    }

    private interface Question {
        Answer ask() throws InterruptedException;
    }

    private static Answer answered(Question question) {
        try {
            return question.ask();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
