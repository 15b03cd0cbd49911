/* Copyright the Carrel authors. */
package dev.carrel.engine.deferred;

import dev.carrel.engine.call.Admission;
import dev.carrel.engine.call.Ask;
import dev.carrel.engine.call.Unattended;
import dev.carrel.engine.function.FunctionVersion;
import dev.carrel.engine.function.Functions;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Calls the version that was called when the call was taken, or says that it is gone. Thread-safe. */
final class FunctionWork implements DeferredWork {
    private static final Duration TOO_MANY = Duration.ofSeconds(1);

    private final Functions functions;
    private final Unattended calls;
    private final DeferredSettings settings;
    private final Clock clock;

    @Inject
    FunctionWork(Functions functions, Unattended calls, DeferredSettings settings, Clock clock) {
        this.functions = functions;
        this.calls = calls;
        this.settings = settings;
        this.clock = clock;
    }

    @Override
    public Unattended.Result attempt(DeferredRun run, Ask ask) throws InterruptedException {
        DeferredCall call = run.call();
        DeferredCall.Target target = call.target();
        // By the name of the active version, so that it is served by its workers.
        Optional<FunctionVersion> active = version(target, "");
        Optional<FunctionVersion> version = active.or(() -> version(target, Long.toString(target.version())));
        if (version.isEmpty()) {
            return Unattended.Final.refused(
                    410,
                    "function.gone",
                    "Version " + target.version() + " of " + target.function() + ", which was called, is no more.",
                    "");
        }
        long patience = Admission.PATIENT;
        Instant deadline = call.deadline();
        if (deadline != null) {
            Duration left = Duration.between(clock.instant(), deadline);
            if (left.isNegative() || left.isZero()) {
                return Unattended.Final.refused(
                        408, "function.caller-timeout", "The time that was given by X-Timeout is over.", "");
            }
            patience = left.toNanos();
        }
        String alias = active.isPresent() ? "" : Long.toString(target.version());
        Optional<Unattended.Attempt> attempt = calls.begin(version.get(), alias, ask, patience);
        if (attempt.isEmpty()) {
            return new Unattended.Postponed(
                    TOO_MANY,
                    Unattended.Final.refused(
                            429,
                            "function.too-many",
                            "As many calls of this owner's functions were under way as may.",
                            ""));
        }
        run.onCallOff(attempt.get()::callOff);
        return calls.await(
                attempt.get(), version.get(), ask, (int) settings.maxResult().bytes());
    }

    @Override
    public boolean betterElsewhere(DeferredCall call) {
        return version(call.target(), "")
                .or(() -> version(call.target(), Long.toString(call.target().version())))
                .filter(calls::crowded)
                .isPresent();
    }

    private Optional<FunctionVersion> version(DeferredCall.Target target, String alias) {
        return functions
                .find(target.function(), alias)
                .filter(v -> v.number() == target.version() && v.created().equals(target.published()));
    }
}
