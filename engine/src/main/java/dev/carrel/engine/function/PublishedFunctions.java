/* Copyright the Carrel authors. */
package dev.carrel.engine.function;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import dev.carrel.chassis.boot.Service;
import dev.carrel.engine.store.StoreException;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Functions out of memory. What this instance changes is forgotten at once; what others change is read from the list of changes every second. While the
 * database is down, what is in memory is served on.
 */
final class PublishedFunctions implements Functions, Service {
    private static final Logger LOG = LoggerFactory.getLogger(PublishedFunctions.class);
    private static final Duration EVERY = Duration.ofSeconds(1);
    /** So far the clocks of instances may be apart, and so long a transaction may take, without a change being overlooked. */
    private static final Duration OVERLAP = Duration.ofMinutes(1);

    private static final Duration KEPT = Duration.ofDays(1);
    /** Read again after this, whatever the list of changes says. */
    private static final Duration FRESH = Duration.ofMinutes(5);

    private static final long HEADS_BYTES = 32L << 20;
    private static final long VERSIONS_BYTES = 64L << 20;
    private static final int TIDY_TURNS = 300;

    private final FunctionStore store;
    private final FunctionSecrets sealing;
    private final Clock clock;
    private final LoadingCache<FunctionId, Optional<FunctionHead>> heads;
    private final Cache<Content, FunctionVersion> versions;
    private final Set<FunctionId> warm = ConcurrentHashMap.newKeySet();
    private final Map<String, Instant> heard = new ConcurrentHashMap<>();
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private Instant from;

    /** A version by what it is, so that one of a later function of the same name and number is another one. */
    private record Content(FunctionId function, long number, String digest) {}

    @Inject
    PublishedFunctions(FunctionStore store, FunctionSecrets sealing, Clock clock) {
        this.store = store;
        this.sealing = sealing;
        this.clock = clock;
        this.from = clock.instant();
        heads = Caffeine.newBuilder()
                .maximumWeight(HEADS_BYTES)
                .<FunctionId, Optional<FunctionHead>>weigher(
                        (_, head) -> head.map(PublishedFunctions::weight).orElse(200))
                .refreshAfterWrite(FRESH)
                .executor(Thread::startVirtualThread)
                .build(store::find);
        versions = Caffeine.newBuilder()
                .maximumWeight(VERSIONS_BYTES)
                .<Content, FunctionVersion>weigher((_, version) -> Math.toIntExact(
                        Math.min(Integer.MAX_VALUE, 2000 + 2 * version.spec().size())))
                .executor(Thread::startVirtualThread)
                .build();
    }

    private static int weight(FunctionHead head) {
        int secrets = head.secrets().values().stream()
                .mapToInt(text -> 200 + text.length())
                .sum();
        return 500 + 200 * head.versions().size() + secrets;
    }

    @Override
    public Optional<FunctionVersion> find(FunctionId function, String alias) {
        Optional<FunctionHead> head = heads.get(function);
        long number = head.map(there -> there.number(alias)).orElse(0L);
        FunctionHead.Kept kept = head.isEmpty() ? null : head.get().versions().get(number);
        if (kept == null) {
            return Optional.empty();
        }
        // Whoever deletes it at this moment has told, or will tell, that it is gone.
        return Optional.ofNullable(versions.get(
                        new Content(function, number, kept.digest()),
                        content -> store.version(function, content.number()).orElse(null)))
                .map(head.get()::inForce);
    }

    @Override
    public Optional<Instant> since(FunctionId function) {
        return heads.get(function).map(FunctionHead::created);
    }

    @Override
    public Optional<FunctionVersion> find(FunctionId function, long number, Instant created) {
        Optional<FunctionVersion> known = Functions.super.find(function, number, created);
        if (known.isPresent()) {
            return known;
        }
        heads.invalidate(function);
        return Functions.super.find(function, number, created);
    }

    @Override
    public List<FunctionVersion> keptWarm() {
        List<FunctionVersion> wanted = new ArrayList<>();
        for (FunctionId function : warm) {
            try {
                find(function, "")
                        .filter(version -> version.spec().limits().minWorkers() > 0)
                        .ifPresent(wanted::add);
            } catch (StoreException e) {
                LOG.warn("function {} is not kept warm for now: {}", function, e.getMessage());
            }
        }
        return wanted;
    }

    @Override
    public Map<String, String> secrets(FunctionId function) {
        return heads.get(function).map(sealing::open).orElse(Map.of());
    }

    @Override
    public void listen(Listener listener) {
        listeners.add(listener);
    }

    /** Somebody has changed a function; those who were told already are not told again. */
    void changed(FunctionStore.Note note) {
        if (heard.putIfAbsent(note.id(), clock.instant()) != null) {
            return;
        }
        FunctionId function = note.function();
        heads.invalidate(function);
        try {
            if (heads.get(function).filter(FunctionHead::warm).isPresent()) {
                warm.add(function);
            } else {
                warm.remove(function);
            }
        } catch (StoreException e) {
            // Read again with the first call.
            LOG.warn("a changed function was not read: {}", e.getMessage());
        }
        for (Listener listener : listeners) {
            try {
                listener.changed(function);
            } catch (RuntimeException e) {
                LOG.error("a listener failed at a change of {}", function, e);
            }
        }
    }

    @Override
    public void start() {
        Thread.ofVirtual().name("functions").start(() -> {
            try {
                int turn = 0;
                do {
                    if (turn++ % TIDY_TURNS == 0) {
                        tidy();
                    }
                    look();
                } while (!stopping.await(EVERY.toMillis(), TimeUnit.MILLISECONDS));
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** Reads what has been changed since it was last read. */
    void look() {
        try {
            Instant now = clock.instant();
            store.changes(from.minus(OVERLAP)).forEach(this::changed);
            from = now;
        } catch (StoreException e) {
            LOG.warn("changes of functions by other instances are not seen for now: {}", e.getMessage());
        }
    }

    private void tidy() {
        try {
            Set<FunctionId> there = new HashSet<>(store.warm());
            warm.addAll(there);
            // One that was changed a moment ago may be missing in the list, but not in its own row.
            warm.removeIf(function -> !there.contains(function)
                    && heads.get(function).filter(FunctionHead::warm).isEmpty());
            store.pruneChanges(clock.instant().minus(KEPT));
        } catch (StoreException e) {
            LOG.warn("tidying up functions failed and is repeated in five minutes: {}", e.getMessage());
        }
        // Longer than any of them is read again.
        Instant old = clock.instant().minus(KEPT);
        heard.values().removeIf(at -> at.isBefore(old));
    }

    @Override
    public void stop() {
        stopping.countDown();
    }
}
