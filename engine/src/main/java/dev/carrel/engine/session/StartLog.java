/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.carrel.protocol.name.SessionId;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Remembers the steps of recent starts and stops, so that whoever asks late still sees all of them. Thread-safe. */
final class StartLog {
    private static final int MAX_STEPS = 200;
    private final Clock clock;
    private final Cache<SessionId, Log> logs = Caffeine.newBuilder()
            .maximumSize(20_000)
            .expireAfterAccess(Duration.ofMinutes(30))
            .build();

    StartLog(Clock clock) {
        this.clock = clock;
    }

    /** Adds a step; its percentage never falls below that of the step before. */
    void add(SessionId id, int percent, String message, SessionState state) {
        logs.get(id, _ -> new Log()).add(percent, message, state, clock);
    }

    /** The step at this index, waiting for it; null when the time is over. */
    Sessions.@Nullable Step step(SessionId id, int index, Duration limit) throws InterruptedException {
        return logs.get(id, _ -> new Log()).step(index, limit);
    }

    private static final class Log {
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition added = lock.newCondition();
        private final List<Sessions.Step> steps = new ArrayList<>();

        void add(int percent, String message, SessionState state, Clock clock) {
            lock.lock();
            try {
                int least = steps.isEmpty() ? 0 : steps.getLast().percent();
                Sessions.Step step = new Sessions.Step(Math.max(least, percent), message, state, clock.instant());
                boolean repeated = !steps.isEmpty()
                        && steps.getLast().message().equals(message)
                        && steps.getLast().state() == state
                        && steps.getLast().percent() == step.percent();
                if (!repeated && (steps.size() < MAX_STEPS || state != SessionState.STARTING)) {
                    steps.add(step);
                    added.signalAll();
                }
            } finally {
                lock.unlock();
            }
        }

        Sessions.@Nullable Step step(int index, Duration limit) throws InterruptedException {
            long left = limit.toNanos();
            lock.lock();
            try {
                while (steps.size() <= index) {
                    if (left <= 0) {
                        return null;
                    }
                    left = added.awaitNanos(Math.min(left, TimeUnit.SECONDS.toNanos(60)));
                }
                return steps.get(index);
            } finally {
                lock.unlock();
            }
        }
    }
}
