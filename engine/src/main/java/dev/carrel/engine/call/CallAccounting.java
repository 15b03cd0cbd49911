/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.chassis.boot.Service;
import dev.carrel.engine.function.FunctionId;
import dev.carrel.engine.function.FunctionVersion;
import dev.carrel.engine.function.Functions;
import dev.carrel.engine.store.StoreException;
import dev.carrel.plugin.UsageAccounting;
import dev.carrel.protocol.name.Base32;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells plugins each minute how much every function was used here. A span that was not taken is told again until it is. They are in memory only: an engine that is
 * killed takes the last minute with it. What is told of a function that is no more is the last that is known of it here: its journal and its metrics go then.
 */
final class CallAccounting implements Service {
    private static final Logger LOG = LoggerFactory.getLogger(CallAccounting.class);
    private static final Duration EVERY = Duration.ofMinutes(1);
    private static final int MOST = 10_000;
    private static final int SPAN_LENGTH = 26;

    private final UsageAccounts accounts;
    private final Journals journals;
    private final CallMeters meters;
    private final Functions functions;
    private final ArrayDeque<UsageAccounting.FunctionUse> untold = new ArrayDeque<>();
    private final Semaphore ending = new Semaphore(0);

    @Inject
    CallAccounting(UsageAccounts accounts, Journals journals, CallMeters meters, Functions functions) {
        this.accounts = accounts;
        this.journals = journals;
        this.meters = meters;
        this.functions = functions;
    }

    @Override
    public void start() {
        Thread.ofVirtual().name("function-accounting").start(this::loop);
    }

    private void loop() {
        try {
            while (!ending.tryAcquire(EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
                try {
                    tell();
                } catch (RuntimeException e) {
                    LOG.warn("the use of functions is told later", e);
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Takes account of what was used since the last time and tells it, and what was not told then. One thread at a time. */
    synchronized void tell() throws InterruptedException {
        journals.all().forEach(this::cut);
        while (!untold.isEmpty()) {
            UsageAccounting.FunctionUse use = untold.getFirst();
            try {
                accounts.record(use);
            } catch (UsageAccounts.NotTaken e) {
                LOG.warn("account of {} is taken later: {}", use, e.getMessage(), e);
                return;
            }
            untold.removeFirst();
        }
    }

    private void cut(FunctionId function, Journal journal) {
        Optional<FunctionVersion> version = Optional.empty();
        boolean gone = false;
        try {
            version = functions.find(function, "");
            gone = functions.since(function).isEmpty();
        } catch (StoreException e) {
            // Its calls were made all the same; of them only the image is not known.
            LOG.debug("{} cannot be looked up", function, e);
        }
        Journal.Totals span = journal.cut();
        if (span.calls() == 0) {
            if (gone) {
                journals.forget(function);
                meters.forget(function);
            }
            return;
        }
        if (untold.size() >= MOST) {
            LOG.error("accounts of functions are not taken: {} is lost", untold.removeFirst());
        }
        untold.add(new UsageAccounting.FunctionUse(
                Base32.random(SPAN_LENGTH),
                function.owner().value(),
                function.name().value(),
                version.map(v -> v.spec().image()).orElse(""),
                span.from(),
                span.to(),
                span.calls(),
                span.failed(),
                span.busy()));
    }

    @Override
    public void stop() throws InterruptedException {
        ending.release();
        tell();
    }
}
