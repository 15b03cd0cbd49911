/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.engine.signin.AuditEvent;
import dev.carrel.plugin.table.Key;
import dev.carrel.plugin.table.Part;
import dev.carrel.plugin.table.Stored;
import java.time.Instant;

/**
 * An entry of the record of security events.
 *
 * @param log {@link #LOG}
 * @param number from 1, without a gap
 * @param hash of this entry and the hash before it
 */
@Stored(name = "engine_audit")
record AuditRow(
        @Key String log,
        @Key(Part.SORT) long number,
        Instant at,
        String actor,
        String action,
        String subject,
        String remote,
        String request,
        String result,
        String hash) {
    static final String LOG = "security";
    /** Characters of each text: what somebody typed for a name may be a book. */
    static final int MOST = 2000;

    static AuditRow of(AuditEvent event, long number, String hash) {
        return new AuditRow(
                LOG,
                number,
                event.at(),
                Texts.kept(event.actor(), MOST),
                Texts.kept(event.action(), MOST),
                Texts.kept(event.subject(), MOST),
                Texts.kept(event.remote(), MOST),
                Texts.kept(event.requestId(), MOST),
                Texts.kept(event.result(), MOST),
                hash);
    }

    AuditEvent event() {
        return new AuditEvent(at, actor, action, subject, remote, request, result);
    }
}
