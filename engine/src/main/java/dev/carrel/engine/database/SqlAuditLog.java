/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import static dev.carrel.engine.database.Tables.AUDIT;
import static dev.carrel.engine.database.Tables.number;
import static dev.carrel.engine.database.Tables.text;

import dev.carrel.engine.signin.AuditEvent;
import dev.carrel.engine.signin.AuditLog;
import jakarta.inject.Inject;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jooq.Record;
import org.jooq.impl.DSL;

/** Security events, each hashed together with the one before. */
final class SqlAuditLog implements AuditLog {
    private static final String BEGINNING = "0".repeat(64);
    private final Database database;

    @Inject
    SqlAuditLog(Database database) {
        this.database = database;
    }

    @Override
    public void append(AuditEvent event) {
        database.change(sql -> {
            String before = sql.select(text("hash"))
                    .from(AUDIT)
                    .orderBy(number("number").desc())
                    .limit(1)
                    .fetchOptional(r -> r.value1())
                    .orElse(BEGINNING);
            sql.insertInto(AUDIT)
                    .set(number("at"), event.at().toEpochMilli())
                    .set(text("actor"), event.actor())
                    .set(text("action"), event.action())
                    .set(text("subject"), event.subject())
                    .set(text("remote"), event.remote())
                    .set(text("request"), event.requestId())
                    .set(text("result"), event.result())
                    .set(text("hash"), hash(before, event))
                    .execute();
        });
    }

    @Override
    public List<AuditEvent> latest(int limit) {
        return database.read(sql -> sql.select(Tables.AUDIT_EVENT)
                .from(AUDIT)
                .orderBy(number("number").desc())
                .limit(limit)
                .fetch(SqlAuditLog::event));
    }

    @Override
    public Optional<String> verify() {
        return database.read(sql -> {
            // The chain alone does not show that its end was cut off. Asked first: what is added meanwhile does no
            // harm.
            long last = sql.select(number("seq"))
                    .from(DSL.table(DSL.name("sqlite_sequence")))
                    .where(text("name").eq("audit"))
                    .fetchOptional(r -> r.value1())
                    .orElse(0L);
            String before = BEGINNING;
            long count = 0;
            try (var rows = sql.select(Tables.AUDIT_EVENT)
                    .from(AUDIT)
                    .orderBy(number("number"))
                    .fetchLazy()) {
                for (Record row : rows) {
                    String expected = hash(before, event(row));
                    if (row.get(number("number")) != count + 1 || !expected.equals(row.get(text("hash")))) {
                        return Optional.of(
                                "entry " + row.get(number("number")) + " does not follow from the one before it");
                    }
                    before = expected;
                    count++;
                }
            }
            return count >= last
                    ? Optional.empty()
                    : Optional.of("entry " + (count + 1) + " is missing, and all after it up to " + last);
        });
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

    private static AuditEvent event(Record r) {
        return new AuditEvent(
                Instant.ofEpochMilli(r.get(number("at"))),
                r.get(text("actor")),
                r.get(text("action")),
                r.get(text("subject")),
                r.get(text("remote")),
                r.get(text("request")),
                r.get(text("result")));
    }
}
