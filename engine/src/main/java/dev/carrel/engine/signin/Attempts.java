/* Copyright the Carrel authors. */
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

    /**
     * Counts an attempt before the password is looked at, so that many at once get no further than one after the other.
     *
     * @return how long to wait, when it may not be made; then nothing was counted
     */
    Optional<Duration> charge(String account, String remote) {
        Duration wait = count(addressKey(remote), settings.attemptsPerAddress());
        if (!wait.isZero()) {
            return Optional.of(wait);
        }
        wait = count(accountKey(account), settings.attemptsPerAccount());
        if (wait.isZero()) {
            return Optional.empty();
        }
        takeBack(addressKey(remote));
        return Optional.of(wait);
    }

    /** The password was right: the account starts afresh, the address gets this one back. */
    void right(String account, String remote) {
        failures.invalidate(accountKey(account));
        takeBack(addressKey(remote));
    }

    /** The password was not looked at. */
    void giveBack(String account, String remote) {
        takeBack(accountKey(account));
        takeBack(addressKey(remote));
    }

    /** How long an address has to wait; nothing is counted. */
    Optional<Duration> waiting(String remote) {
        Failures known = failures.getIfPresent(addressKey(remote));
        Instant now = clock.instant();
        return known != null && known.until().isAfter(now)
                ? Optional.of(Duration.between(now, known.until()))
                : Optional.empty();
    }

    /** Counts a failure of an address that was about no account. */
    void failed(String remote) {
        count(addressKey(remote), settings.attemptsPerAddress());
    }

    private Duration count(String key, int free) {
        Instant now = clock.instant();
        Duration[] wait = {Duration.ZERO};
        failures.asMap().compute(key, (_, old) -> {
            if (old != null && old.until().isAfter(now)) {
                wait[0] = Duration.between(now, old.until());
                return old;
            }
            int count = old == null ? 1 : old.count() + 1;
            return new Failures(count, count < free ? Instant.EPOCH : now.plus(waitAfter(count - free)));
        });
        return wait[0];
    }

    private Duration waitAfter(int beyond) {
        Duration wait = settings.firstWait().multipliedBy(1L << Math.min(beyond, 20));
        return wait.compareTo(settings.longestWait()) > 0 ? settings.longestWait() : wait;
    }

    /** What was counted is no failure; the wait it brought goes with it. */
    private void takeBack(String key) {
        failures.asMap().computeIfPresent(key, (_, old) -> new Failures(Math.max(0, old.count() - 1), Instant.EPOCH));
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
