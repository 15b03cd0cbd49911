/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock that stands still until a test moves it. */
public final class FakeClock extends Clock {
    private volatile Instant now;

    /** A day of March. */
    public FakeClock() {
        this(Instant.parse("2026-03-01T12:00:00Z"));
    }

    /** Stands there first. */
    public FakeClock(Instant first) {
        now = first;
    }

    /** Lets so much time pass. */
    public void pass(Duration time) {
        now = now.plus(time);
    }

    @Override
    public Instant instant() {
        return now;
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
