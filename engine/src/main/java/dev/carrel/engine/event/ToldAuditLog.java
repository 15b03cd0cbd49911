/* Copyright the Carrel authors. */
package dev.carrel.engine.event;

import dev.carrel.engine.signin.AuditEvent;
import dev.carrel.engine.signin.AuditLog;
import java.util.List;
import java.util.Optional;

/** An audit log that tells of every entry once it is stored. */
final class ToldAuditLog implements AuditLog {
    private final AuditLog log;
    private final Events events;

    ToldAuditLog(AuditLog log, Events events) {
        this.log = log;
        this.events = events;
    }

    @Override
    public void append(AuditEvent event) {
        log.append(event);
        events.publish(event);
    }

    @Override
    public List<AuditEvent> latest(int limit) {
        return log.latest(limit);
    }

    @Override
    public Optional<String> verify() {
        return log.verify();
    }
}
