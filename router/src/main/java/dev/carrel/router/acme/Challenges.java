/* Copyright the Carrel authors. */
package dev.carrel.router.acme;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What the authority will ask for to see that a name is ours, while an order is under way. Any thread. */
@Singleton
public final class Challenges {
    private static final String PATH = "/.well-known/acme-challenge/";
    /** One for each name of a certificate. */
    private static final int MOST = 100;

    private final Map<String, String> answers = new ConcurrentHashMap<>();

    /** Expects nothing. */
    @Inject
    Challenges() {}

    /** The answer to a request's target; null unless it names a token that is expected now. */
    public @Nullable String answer(String target) {
        return target.startsWith(PATH) ? answers.get(target.substring(PATH.length())) : null;
    }

    /** From now on the token is answered so. */
    synchronized void expect(String token, String answer) throws OrderFailed {
        if (answers.size() >= MOST) {
            throw new OrderFailed("the authority wants more than " + MOST + " proofs for one order");
        }
        answers.put(token, answer);
    }

    /** None is expected any more. */
    synchronized void forget() {
        answers.clear();
    }
}
