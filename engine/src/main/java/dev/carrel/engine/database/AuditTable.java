/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.engine.signin.AuditEvent;
import dev.carrel.engine.signin.AuditLog;
import dev.carrel.plugin.table.Limits;
import dev.carrel.plugin.table.Page;
import dev.carrel.plugin.table.Query;
import dev.carrel.plugin.table.Table;
import dev.carrel.plugin.table.Write;
import jakarta.inject.Inject;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** Security events, each hashed together with the one before. */
final class AuditTable implements AuditLog {
    private static final String BEGINNING = "0".repeat(64);
    private final EngineTables tables;
    /** Every entry follows from the last: whoever appends in this process waits here rather than overtake one another. */
    private final ReentrantLock appending = new ReentrantLock(true);

    @Inject
    AuditTable(EngineTables tables) {
        this.tables = tables;
    }

    @Override
    public void append(AuditEvent event) {
        appending.lock();
        try {
            tables.writing("noting a security event", () -> {
                Table<AuditEndRow> ends = tables.of(AuditEndRow.class);
                Optional<AuditEndRow> end = ends.get(AuditRow.LOG);
                long number = end.map(AuditEndRow::last).orElse(0L) + 1;
                AuditRow row = AuditRow.of(event, number, "");
                String hash = hash(end.map(AuditEndRow::hash).orElse(BEGINNING), row.event());
                AuditEndRow next = new AuditEndRow(
                        AuditRow.LOG,
                        number,
                        hash,
                        end.map(AuditEndRow::version).orElse(0L));
                return tables.done(List.of(
                                Write.insert(tables.of(AuditRow.class), AuditRow.of(event, number, hash)),
                                end.isPresent() ? Write.replace(ends, next) : Write.insert(ends, next)))
                        ? Optional.of(true)
                        : Optional.empty();
            });
        } finally {
            appending.unlock();
        }
    }

    @Override
    public List<AuditEvent> latest(int limit) {
        return tables.reading("reading security events", () -> {
            List<AuditEvent> events = new ArrayList<>();
            Query query = Query.of(AuditRow.LOG).backwards().limit(Math.min(limit, Limits.PAGE));
            Optional<String> cursor;
            do {
                Page<AuditRow> page = tables.of(AuditRow.class).query(query);
                page.rows().stream()
                        .limit(limit - events.size())
                        .map(AuditRow::event)
                        .forEach(events::add);
                cursor = page.next();
                query = cursor.map(query::after).orElse(query);
            } while (cursor.isPresent() && events.size() < limit);
            return events;
        });
    }

    @Override
    public Optional<String> verify() {
        return tables.reading("verifying the record of security events", () -> {
            // Asked first: what is added meanwhile does no harm.
            long last = tables.of(AuditEndRow.class)
                    .get(AuditRow.LOG)
                    .map(AuditEndRow::last)
                    .orElse(0L);
            Chain chain = new Chain();
            EngineTables.each(tables.of(AuditRow.class), Query.of(AuditRow.LOG), chain::next);
            if (chain.broken != 0) {
                return Optional.of("entry " + chain.broken + " does not follow from the one before it");
            }
            return chain.count >= last
                    ? Optional.empty()
                    : Optional.of("entry " + (chain.count + 1) + " is missing, and all after it up to " + last);
        });
    }

    /** What has been read so far. */
    private static final class Chain {
        private String before = BEGINNING;
        private long count;
        private long broken;

        void next(AuditRow row) {
            if (broken == 0) {
                boolean follows =
                        row.number() == count + 1 && hash(before, row.event()).equals(row.hash());
                broken = follows ? 0 : row.number();
                before = row.hash();
                count++;
            }
        }
    }

    private static String hash(String before, AuditEvent event) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            for (String part : List.of(
                    before,
                    Long.toString(event.at().toEpochMilli()),
                    event.actor(),
                    event.action(),
                    event.subject(),
                    event.remote(),
                    event.requestId(),
                    event.result())) {
                byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
                sha.update(ByteBuffer.allocate(4).putInt(bytes.length).array());
                sha.update(bytes);
            }
            return HexFormat.of().formatHex(sha.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
