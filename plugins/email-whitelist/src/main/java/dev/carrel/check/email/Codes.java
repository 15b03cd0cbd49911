/* Copyright the Carrel authors. */
package dev.carrel.check.email;

import dev.carrel.plugin.Database;
import dev.carrel.plugin.table.Comparison;
import dev.carrel.plugin.table.Limits;
import dev.carrel.plugin.table.Page;
import dev.carrel.plugin.table.Query;
import dev.carrel.plugin.table.RowKey;
import dev.carrel.plugin.table.Table;
import dev.carrel.plugin.table.Write;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Codes that were mailed, and what they have proven. A code is for one person and one address, works once and not for long. Any thread. Whoever asks twice in the
 * same moment may get a mail more than an hour allows.
 */
final class Codes {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration KEPT = Duration.ofDays(1);

    private final Database database;
    private final EmailSettings settings;
    private final Clock clock;
    private volatile @Nullable Tables opened;

    private record Tables(Table<CodeRow> codes, Table<ProofRow> proofs) {}

    /** Touches the database only when it is asked something: the list works without one. */
    Codes(Database database, EmailSettings settings, Clock clock) {
        this.database = database;
        this.settings = settings;
        this.clock = clock;
    }

    private Tables tables() {
        Tables now = opened;
        if (now == null) {
            synchronized (this) {
                now = opened;
                if (now == null) {
                    now = new Tables(database.open(CodeRow.class), database.open(ProofRow.class));
                    opened = now;
                }
            }
        }
        return now;
    }

    /** The address that somebody has proven to be theirs. */
    Optional<String> proven(Person person) {
        return tables().proofs().get(person.id()).map(ProofRow::address);
    }

    /** A code to be mailed; empty when person or address have had as many within the hour as they may. */
    Optional<String> issue(Person person, String address) {
        Instant now = clock.instant();
        if (sent("of_person", person.id(), now) >= settings.mailsPerHour()
                || sent("of_address", address, now) >= settings.mailsPerHour()) {
            return Optional.empty();
        }
        String code = Secrets.fresh();
        CodeRow row =
                new CodeRow(Secrets.hash(code), person.id(), address, now, now.plus(settings.linkLifetime()), false);
        return tables().codes().insert(row).map(_ -> code);
    }

    private long sent(String index, String of, Instant now) {
        return tables().codes().count(Query.ofIndex(index, of).range(Comparison.gt("sent", now.minus(HOUR))));
    }

    /** For which address a code is, if it is this person's and can be used. */
    Optional<String> address(Person person, String code) {
        return usable(person, code).map(CodeRow::address);
    }

    private Optional<CodeRow> usable(Person person, String code) {
        return tables().codes()
                .get(Secrets.hash(code))
                .filter(row -> row.person().equals(person.id()))
                .filter(row -> !row.used() && clock.instant().isBefore(row.expires()));
    }

    /** Uses a code up: from now on its address is proven to be the person's. Empty when it cannot be used. */
    Optional<String> use(Person person, String code) {
        return usable(person, code)
                .filter(row -> {
                    CodeRow used =
                            new CodeRow(row.hash(), row.person(), row.address(), row.sent(), row.expires(), true);
                    ProofRow proof = new ProofRow(person.id(), row.address(), person.name(), clock.instant());
                    return database.transact(List.of(
                                    Write.replace(tables().codes(), used, Comparison.eq("used", false)),
                                    Write.put(tables().proofs(), proof)))
                            .done();
                })
                .map(CodeRow::address);
    }

    /** Forgets codes that are a day old and more. */
    void clean() {
        Instant old = clock.instant().minus(KEPT).minus(settings.linkLifetime());
        Query query = Query.all().limit(Limits.PAGE).filter(Comparison.lt("sent", old));
        Optional<String> next;
        do {
            Page<CodeRow> page = tables().codes().query(query);
            page.rows().forEach(row -> tables().codes().delete(RowKey.of(row.hash())));
            next = page.next();
            query = next.map(query::after).orElse(query);
        } while (next.isPresent());
    }
}
