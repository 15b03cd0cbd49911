/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.chassis.boot.Service;
import dev.carrel.engine.function.FunctionId;
import dev.carrel.engine.function.FunctionVersion;
import dev.carrel.engine.function.Functions;
import dev.carrel.plugin.UsageAccounting;
import dev.carrel.plugin.host.LiveExtension;
import dev.carrel.plugin.host.PluginFailure;
import dev.carrel.protocol.name.Base32;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells plugins each minute how much every function was used here. A span that was not taken is told again until it is. They are in memory only: an engine that is
 * killed takes the last minute with it.
 */
final class CallAccounting implements Service {
    private static final Logger LOG = LoggerFactory.getLogger(CallAccounting.class);
    private static final Duration EVERY = Duration.ofMinutes(1);
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int MOST = 10_000;
    private static final int SPAN_LENGTH = 26;

    private final UsageAccounts accounts;
    private final Journals journals;
    private final Functions functions;
    private final ArrayDeque<UsageAccounting.FunctionUse> untold = new ArrayDeque<>();
    private final Semaphore ending = new Semaphore(0);

    @Inject
    CallAccounting(UsageAccounts accounts, Journals journals, Functions functions) {
        this.accounts = accounts;
        this.journals = journals;
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
        List<LiveExtension<UsageAccounting>> told = accounts.now();
        while (!untold.isEmpty()) {
            UsageAccounting.FunctionUse use = untold.getFirst();
            for (LiveExtension<UsageAccounting> account : told) {
                try {
                    account.call("record", LIMIT, a -> {
                        a.record(use);
                        return Boolean.TRUE;
                    });
                } catch (PluginFailure e) {
                    LOG.warn("account of {} is taken later: {}", use, e.getMessage(), e.getCause());
                    return;
                }
            }
            untold.removeFirst();
        }
    }

    private void cut(FunctionId function, Journal journal) {
        Journal.Totals span = journal.cut();
        Optional<FunctionVersion> version = functions.find(function, "");
        if (span.calls() == 0) {
            if (version.isEmpty()) {
                journals.forget(function);
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
