/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Notices a browser that is sent round and round because it does not keep the cookie of a session's origin: it asks for the same door again
 * and again within seconds. Browsers give up after twenty redirects with a page that helps nobody; we stop before. Thread-safe; remembers at
 * most some thousand doors.
 */
final class LoopBreaker {
    static final int MOST = 5;
    private static final Duration WITHIN = Duration.ofSeconds(10);

    private final Cache<Door, AtomicInteger> entries;

    /** One door of one sign-in. */
    private record Door(String loginId, Place place) {}

    LoopBreaker(Ticker ticker) {
        entries = Caffeine.newBuilder()
                .expireAfterWrite(WITHIN)
                .maximumSize(10_000)
                .ticker(ticker)
                .build();
    }

    /** Notes an entry; true when it is one too many. The next one begins anew, so that the person can try again. */
    boolean looping(String loginId, Place place) {
        Door door = new Door(loginId, place);
        boolean tooMany = entries.get(door, _ -> new AtomicInteger()).incrementAndGet() > MOST;
        if (tooMany) {
            entries.invalidate(door);
        }
        return tooMany;
    }
}
