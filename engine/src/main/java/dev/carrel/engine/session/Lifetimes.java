/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import dev.carrel.protocol.name.SessionId;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends sessions that nobody uses and those whose time is over, as {@link SessionSettings} says, and tells their people before. {@link #look} is called with what
 * the router has, again and again, by one thread at a time; sessions are asked on threads of their own.
 *
 * <p>A session that the router does not know, or that cannot be asked, is not ended. Nothing needs to be remembered over a restart: age stands in the database, and use
 * in the router, the kernels and the terminals.
 */
class Lifetimes {
    private static final Logger LOG = LoggerFactory.getLogger(Lifetimes.class);
    /** So many are asked at the same time, and so many ended in one round: a whole class that leaves at once is no flood. */
    private static final int ASKED_AT_ONCE = 32;

    private static final int ENDED_AT_ONCE = 8;

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);
    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);
    /** What is known just before the end is no older. */
    private static final Duration FRESH = Duration.ofSeconds(5);
    /** So much more than the time that passed is a clock that was set, or a machine that slept. */
    private static final Duration JUMP = Duration.ofSeconds(30);

    private final Sessions sessions;
    private final RoutePublisher routes;
    private final PlannedEnds planned;
    private final UsageProbe probe;
    private final Lifetime lifetime;
    private final Clock clock;
    private final LongSupplier ticks;
    private final Executor threads;
    private final MeterRegistry metrics;
    private final Duration fresh;
    private final Map<SessionId, Answer> answers = new ConcurrentHashMap<>();
    private final AtomicInteger asking = new AtomicInteger();
    private Instant floor = Instant.MIN;
    private @Nullable Instant looked;
    private long lookedTicks;

    /**
     * What a session last told.
     *
     * @param usage the last one; null before the first
     * @param at when it was told, or asked for
     * @param busyAt when something last ran in it, as far as was seen
     * @param underWay whether it is being asked
     */
    private record Answer(@Nullable Usage usage, Instant at, Instant busyAt, boolean underWay) {
        static final Answer NONE = new Answer(null, Instant.MIN, Instant.MIN, false);

        Answer asking(Instant now) {
            return new Answer(usage, now, busyAt, true);
        }

        Answer told(Usage what, Instant now) {
            return new Answer(what, now, what instanceof Usage.Busy ? now : busyAt, false);
        }

        /** Why it is not idle, for the log. */
        String why() {
            return switch (usage) {
                case Usage.Busy(String what) -> "it is used: " + what;
                case Usage.Unknown(String why) -> "it could not be asked: " + why;
                case null, default -> "it is used again";
            };
        }

        /** Since when nothing has happened; null when something does, or when it is not known. */
        @Nullable
        Instant quietSince(Subject subject) {
            return switch (usage) {
                case null -> null;
                case Usage.Busy _, Usage.Unmeasured _, Usage.Unknown _ -> null;
                case Usage.Quiet(Instant last) -> latest(subject.used(), busyAt, last);
                case Usage.Foreign _ ->
                    latest(subject.used(), busyAt, time(subject.route().lastActivity()));
            };
        }
    }

    /** One session in one round. */
    private record Subject(Session session, Routes.Known route, Instant used) {
        SessionId id() {
            return session.id();
        }
    }

    @Inject
    Lifetimes(
            Sessions sessions,
            RoutePublisher routes,
            PlannedEnds planned,
            UsageProbe probe,
            SessionSettings settings,
            Clock clock,
            MeterRegistry metrics) {
        this(
                sessions,
                routes,
                planned,
                probe,
                settings,
                clock,
                System::nanoTime,
                task -> Thread.ofVirtual().name("usage").start(task),
                metrics);
    }

    Lifetimes(
            Sessions sessions,
            RoutePublisher routes,
            PlannedEnds planned,
            UsageProbe probe,
            SessionSettings settings,
            Clock clock,
            LongSupplier ticks,
            Executor threads,
            MeterRegistry metrics) {
        this.sessions = sessions;
        this.routes = routes;
        this.planned = planned;
        this.probe = probe;
        this.lifetime = settings.lifetime();
        this.clock = clock;
        this.ticks = ticks;
        this.threads = threads;
        this.metrics = metrics;
        Duration rounds = settings.reconcileInterval().multipliedBy(2);
        this.fresh = rounds.compareTo(FRESH) > 0 ? rounds : FRESH;
    }

    /**
     * One round.
     *
     * @param ours the living sessions of this instance
     * @param known what the router has, by host
     * @param baseHost of the site
     */
    void look(List<Session> ours, Map<String, Routes.Known> known, String baseHost) throws InterruptedException {
        if (!lifetime.limited()) {
            return;
        }
        Instant now = clock.instant();
        mindClock(now);
        List<Subject> subjects = new ArrayList<>();
        for (Session session : ours) {
            Routes.Known route = known.get(session.address().host(baseHost));
            if (session.state() == SessionState.READY
                    && route != null
                    && route.id().equals(session.id().value())
                    && !route.target().isEmpty()) {
                subjects.add(new Subject(session, route, used(session, route)));
            }
        }
        forgetOthers(ours);
        ask(subjects, now);
        int ended = 0;
        for (Subject subject : subjects) {
            if (ended < ENDED_AT_ONCE && judge(subject, now)) {
                ended++;
            }
        }
    }

    /** A time in which nobody looked is nobody's idleness: a machine that slept, or a clock that was set, tells nothing of people. */
    private void mindClock(Instant now) {
        long tick = ticks.getAsLong();
        if (looked != null) {
            Duration more = Duration.between(looked, now).minusNanos(tick - lookedTicks);
            if (more.compareTo(JUMP) > 0) {
                LOG.info("the clock is {} s ahead of the time that passed: idleness is counted anew", more.toSeconds());
                floor = now;
                planned.clear();
                answers.clear();
            }
        }
        looked = now;
        lookedTicks = tick;
    }

    private void forgetOthers(List<Session> ours) {
        Set<SessionId> ready = ours.stream()
                .filter(session -> session.state() == SessionState.READY)
                .map(Session::id)
                .collect(Collectors.toSet());
        answers.keySet().retainAll(ready);
        planned.keepOnly(ready);
        probe.keepOnly(ready);
    }

    private Instant used(Session session, Routes.Known route) {
        return latest(
                floor,
                session.readyAt() == null ? session.createdAt() : session.readyAt(),
                session.lastUse() == null ? Instant.MIN : session.lastUse(),
                // A router of the version before tells the other only.
                time(route.lastUse().isEmpty() ? route.lastActivity() : route.lastUse()));
    }

    private void ask(List<Subject> subjects, Instant now) {
        List<Subject> due = subjects.stream()
                .filter(subject -> lifetime.mayBeIdle(subject.used(), now) && mayAsk(subject.id(), now))
                .sorted(Comparator.comparing(subject -> answer(subject.id()).at()))
                .toList();
        for (Subject subject : due) {
            if (asking.get() >= ASKED_AT_ONCE) {
                return;
            }
            asking.incrementAndGet();
            answers.put(subject.id(), answer(subject.id()).asking(now));
            threads.execute(() -> {
                Usage told = new Usage.Unknown("it was not asked to the end");
                try {
                    told = probe.ask(
                            subject.session(), URI.create(subject.route().target()));
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                } catch (RuntimeException e) {
                    LOG.warn("{} could not be asked whether it is idle", subject.session(), e);
                } finally {
                    take(subject.session(), told);
                    asking.decrementAndGet();
                }
            });
        }
    }

    private void take(Session session, Usage told) {
        Instant now = clock.instant();
        Answer before = answers.get(session.id());
        answers.computeIfPresent(session.id(), (_, answer) -> answer.told(told, now));
        if (told instanceof Usage.Unknown(String why)
                && (before == null || !(before.usage() instanceof Usage.Unknown))) {
            LOG.info("{} cannot be asked whether it is idle, so it is not ended: {}", session, why);
        }
    }

    private Answer answer(SessionId session) {
        return answers.getOrDefault(session, Answer.NONE);
    }

    private boolean mayAsk(SessionId session, Instant now) {
        Answer answer = answer(session);
        return !answer.underWay()
                && (answer.usage() == null
                        || !now.isBefore(answer.at().plus(pause(answer.usage(), planned.of(session), now))));
    }

    private Duration pause(Usage usage, Optional<PlannedEnd> told, Instant now) {
        if (told.filter(end -> end.keepable() && !now.isBefore(end.at())).isPresent()) {
            return fresh;
        }
        Duration longest = told.isPresent() || usage instanceof Usage.Unmeasured ? FRESH : LONGEST_PAUSE;
        Duration part = lifetime.idle().dividedBy(20);
        Duration pause = part.compareTo(longest) < 0 ? part : longest;
        return pause.compareTo(SHORTEST_PAUSE) < 0 ? SHORTEST_PAUSE : pause;
    }

    /** Whether it was ended. */
    private boolean judge(Subject subject, Instant now) throws InterruptedException {
        Session session = subject.session();
        @Nullable PlannedEnd told = planned.of(session.id()).orElse(null);
        @Nullable Instant quietSince = null;
        if (lifetime.mayBeIdle(subject.used(), now)) {
            Answer answer = answer(session.id());
            if (answer.underWay()) {
                return false;
            }
            quietSince = answer.quietSince(subject);
        }
        Instant since = session.readyAt() == null ? session.createdAt() : session.readyAt();
        Optional<PlannedEnd> end = lifetime.end(quietSince, since, told, now);
        if (end.isEmpty()) {
            if (told != null) {
                boolean asked = lifetime.mayBeIdle(subject.used(), now);
                LOG.info("{} goes on: {}", session, asked ? answer(session.id()).why() : "it is used again");
                planned.remove(session.id());
                routes.refresh(session.address());
            }
            return false;
        }
        if (!end.get().equals(told)) {
            LOG.info(
                    "{} will end at {}: {}",
                    session,
                    end.get().at(),
                    end.get().why().code().label());
            planned.put(session.id(), end.get());
            routes.refresh(session.address());
            return false;
        }
        PlannedEnd due = end.get();
        return !now.isBefore(due.at()) && certain(due, session.id(), now) && ended(session, due);
    }

    private boolean certain(PlannedEnd end, SessionId session, Instant now) {
        return !end.keepable() || !answer(session).at().plus(fresh).isBefore(now);
    }

    private boolean ended(Session session, PlannedEnd end) {
        try {
            if (sessions.find(session.address())
                    .filter(s -> s.id().equals(session.id()))
                    .isEmpty()) {
                return false;
            }
            sessions.stop(session.address(), end.why());
            metrics.counter(
                            "carrel.session.expiries",
                            "reason",
                            end.why().code().label())
                    .increment();
            return true;
        } catch (SessionFailure failure) {
            LOG.info("{} is not ended any more: {}", session, failure.getMessage());
            return false;
        }
    }

    private static Instant latest(Instant... times) {
        return Stream.of(times).max(Comparator.naturalOrder()).orElseThrow();
    }

    /** What cannot be read is taken for now: nobody is ended for it. */
    private static Instant time(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException _) {
            return Instant.MAX;
        }
    }
}
