/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.carrel.engine.function.FunctionId;
import java.time.Duration;

/** How often each caller may call a function: so many a second, and as many at once after a pause, but one at least. Thread-safe. */
final class CallRates {
    private static final int MOST = 100_000;

    private final Cache<Key, Bucket> buckets = Caffeine.newBuilder()
            .maximumSize(MOST)
            .expireAfterAccess(Duration.ofMinutes(10))
            .build();

    private record Key(FunctionId function, String caller) {}

    /** Allowances left; under its own monitor, held for a few instructions. */
    private static final class Bucket {
        private double left;
        private long at;

        private Bucket(double left, long at) {
            this.left = left;
            this.at = at;
        }
    }

    /**
     * Takes one call's allowance.
     *
     * @param caller a user, or an address
     * @param perSecond above 0
     * @return zero when it may be made, else how long to wait
     */
    Duration take(FunctionId function, String caller, double perSecond, long now) {
        double most = Math.max(1, perSecond);
        Bucket bucket = buckets.get(new Key(function, caller), _ -> new Bucket(most, now));
        synchronized (bucket) {
            bucket.left = Math.min(most, bucket.left + Math.max(0, now - bucket.at) / 1e9 * perSecond);
            bucket.at = now;
            if (bucket.left >= 1) {
                bucket.left -= 1;
                return Duration.ZERO;
            }
            return Duration.ofNanos((long) Math.ceil((1 - bucket.left) / perSecond * 1e9));
        }
    }
}
