/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

import java.util.concurrent.atomic.AtomicInteger;

/** Counts how often it was told. */
public final class FakeRevocationWatcher implements RevocationWatcher {
    private final AtomicInteger told = new AtomicInteger();

    @Override
    public void revocationsChanged() {
        told.incrementAndGet();
    }

    int told() {
        return told.get();
    }
}
