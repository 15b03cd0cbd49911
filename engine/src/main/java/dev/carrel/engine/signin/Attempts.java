package dev.carrel.engine.signin;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Slows guessing: after so many failures an account, and an address, has to wait, twice as long after each further one. Bounded in memory: what is
 * forgotten first is what failed least recently. Thread-safe.
 */
final class Attempts {
    private final Clock clock;
    private final SigninSettings settings;
    private final Cache<String, Failures> failures;

    private record Failures(int count, Instant until) {}

    Attempts(SigninSettings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
        failures = Caffeine.newBuilder()
                .maximumSize(100_000)
                .expireAfterWrite(settings.longestWait().multipliedBy(2))
                .build();
    }

    /** How long to wait before the next attempt; empty when it may be made now. */
    Optional<Duration> wait(String account, String remote) {
        Instant now = clock.instant();
        Duration longest = Duration.ZERO;
        for (String key : new String[] {accountKey(account), addressKey(remote)}) {
            Failures found = failures.getIfPresent(key);
            if (found != null && found.until().isAfter(now)) {
                Duration left = Duration.between(now, found.until());
                longest = left.compareTo(longest) > 0 ? left : longest;
            }
        }
        return longest.isZero() ? Optional.empty() : Optional.of(longest);
    }

    void failed(String account, String remote) {
        count(accountKey(account), settings.attemptsPerAccount());
        count(addressKey(remote), settings.attemptsPerAddress());
    }

    void succeeded(String account) {
        failures.invalidate(accountKey(account));
    }

    private void count(String key, int free) {
        failures.asMap().compute(key, (_, old) -> {
            int count = old == null ? 1 : old.count() + 1;
            int beyond = Math.min(count - free, 30);
            Instant until = Instant.EPOCH;
            if (beyond >= 0) {
                Duration wait = settings.firstWait().multipliedBy(1L << beyond);
                until = clock.instant().plus(wait.compareTo(settings.longestWait()) > 0 ? settings.longestWait() : wait);
            }
            return new Failures(count, until);
        });
    }

    private static String accountKey(String account) {
        return "account " + Secrets.hash(account);
    }

    /** Of an IPv6 address its /64: whoever has one has all of it. */
    private static String addressKey(String remote) {
        if (remote.indexOf(':') >= 0) {
            try {
                byte[] bytes = InetAddress.ofLiteral(remote).getAddress();
                return "address " + java.util.HexFormat.of().formatHex(bytes, 0, Math.min(8, bytes.length));
            } catch (IllegalArgumentException _) {
                return "address " + remote;
            }
        }
        return "address " + remote;
    }
}
