/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.engine.signin.ApiToken;
import dev.carrel.engine.signin.Login;
import dev.carrel.engine.signin.User;
import dev.carrel.engine.signin.UserChange;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.signed.Revocation;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;

/** What the contracts of all stores share. A database is tested by classes that say how to open its stores, empty ones for every test. */
abstract class StoreContract {
    static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    static final UserName ADA = new UserName("ada");
    static final UserName BOB = new UserName("bob");

    Stores stores;

    abstract Stores open();

    @BeforeEach
    final void openStores() {
        stores = open();
    }

    static User user(String name) {
        return user(name, false);
    }

    static User user(String name, boolean admin) {
        return new User(new UserName(name), admin, false, NOW, null, "hash of " + name);
    }

    static Login login(String id, UserName user) {
        return new Login(id, user, NOW, NOW, NOW.plus(Duration.ofDays(30)), "browser");
    }

    static ApiToken token(String id, UserName user, Instant created) {
        return new ApiToken(id, user, "note", List.of("inherit"), created, null, null);
    }

    static Revocation ends(UserName user, Instant notBefore) {
        return new Revocation(Revocation.Kind.USER, user.value(), notBefore, NOW.plus(Duration.ofDays(36_500)));
    }

    static UserChange admin(boolean value) {
        return new UserChange(Optional.of(value), Optional.empty(), Optional.empty());
    }

    static UserChange disabled(boolean value) {
        return new UserChange(Optional.empty(), Optional.of(value), Optional.empty());
    }

    static UserChange password(String hash) {
        return new UserChange(Optional.empty(), Optional.empty(), Optional.of(hash));
    }

    Optional<Revocation> revocation(Revocation.Kind kind, String id) {
        return stores.revocations().list(NOW).stream()
                .filter(r -> r.kind() == kind && r.id().equals(id))
                .findFirst();
    }

    /** Starts so many at the same moment and gives what each returned. */
    static <T> List<T> atOnce(int count, Callable<T> work) throws Exception {
        CountDownLatch start = new CountDownLatch(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<T>> running = IntStream.range(0, count)
                    .mapToObj(_ -> threads.submit(() -> {
                        start.await();
                        return work.call();
                    }))
                    .toList();
            start.countDown();
            List<T> results = new java.util.ArrayList<>();
            for (Future<T> one : running) {
                results.add(one.get(30, TimeUnit.SECONDS));
            }
            return results;
        }
    }
}
