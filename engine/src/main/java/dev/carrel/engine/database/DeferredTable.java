/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.engine.call.Ask;
import dev.carrel.engine.call.Unattended;
import dev.carrel.engine.deferred.DeferredCall;
import dev.carrel.engine.deferred.DeferredStore;
import dev.carrel.engine.function.FunctionId;
import dev.carrel.engine.store.StoreException;
import dev.carrel.plugin.table.Comparison;
import dev.carrel.plugin.table.Limits;
import dev.carrel.plugin.table.Page;
import dev.carrel.plugin.table.Query;
import dev.carrel.plugin.table.RowKey;
import dev.carrel.plugin.table.Table;
import dev.carrel.plugin.table.Write;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Deferred calls: a row for each, and rows for what was asked and what came of it. */
final class DeferredTable implements DeferredStore {
    private static final String ASK = "ask";
    private static final String RESULT = "result";
    private static final int SWEPT = 100;

    private final EngineTables tables;

    @Inject
    DeferredTable(EngineTables tables) {
        this.tables = tables;
    }

    private Table<DeferredRow> calls() {
        return tables.of(DeferredRow.class);
    }

    private Table<DeferredPartRow> parts() {
        return tables.of(DeferredPartRow.class);
    }

    private Optional<String> uid(String user) {
        return tables.of(UserRow.class).get(user).map(UserRow::uid);
    }

    @Override
    public Added add(DeferredCall call, Ask ask, Bounds bounds) {
        String owner = call.target().function().owner().value();
        return tables.writing("adding a deferred call", () -> {
            Added room = room(owner, bounds);
            if (room != Added.YES) {
                return Optional.of(room);
            }
            Optional<String> uid = uid(owner);
            Optional<String> caller = call.by().user().flatMap(user -> uid(user.value()));
            if (uid.isEmpty() || call.by().user().isPresent() && caller.isEmpty()) {
                return Optional.of(Added.GONE);
            }
            List<Write> writes = adding(call, ask, uid.get(), caller.orElse(null));
            writes.add(there(tables, owner, uid.get()));
            return tables.done(writes) ? Optional.of(Added.YES) : Optional.empty();
        });
    }

    /** Whether there may be one more call of this owner's functions; the oldest results make room. */
    Added room(String owner, Bounds bounds) {
        if (calls().count(Query.ofIndex("open_of_owner", owner)) >= bounds.perOwner()) {
            return Added.OWNER_FULL;
        }
        if (open() >= bounds.total()) {
            return Added.ALL_FULL;
        }
        makeRoom(owner, bounds.kept());
        return Added.YES;
    }

    /** Adds a call; {@link #there} belongs into the same transaction. */
    List<Write> adding(DeferredCall call, Ask ask, String uid, @Nullable String callerUid) {
        List<String> texts = PackedText.pack(AskJson.write(ask));
        DeferredRow.Fixed fixed = new DeferredRow.Fixed(uid, callerUid, texts.size(), 0);
        List<Write> writes = new ArrayList<>(List.of(Write.insert(calls(), DeferredRow.of(call, fixed))));
        writes.addAll(adding(call.id(), ASK, texts));
        return writes;
    }

    /** One that is added while its owner's account ends would be left behind. */
    static Write there(EngineTables tables, String owner, String uid) {
        return Write.check(tables.of(UserRow.class), RowKey.of(owner), Comparison.eq("uid", uid));
    }

    private void makeRoom(String owner, int most) {
        Query ended = Query.ofIndex("ended_of_owner", owner);
        if (calls().count(ended) >= most) {
            calls().query(ended.limit(SWEPT)).rows().forEach(this::discard);
        }
    }

    private List<Write> adding(String call, String what, List<String> texts) {
        List<Write> writes = new ArrayList<>();
        for (int part = 0; part < texts.size(); part++) {
            writes.add(Write.put(parts(), new DeferredPartRow(call, place(what, part), texts.get(part), 0)));
        }
        return writes;
    }

    private static String place(String what, int part) {
        return what + String.format(Locale.ROOT, "/%02d", part);
    }

    @Override
    public Optional<DeferredCall> find(String id) {
        return tables.reading(
                "reading a deferred call",
                () -> Texts.canBeKey(id)
                        ? calls().get(id)
                                .filter(row -> is(row.owner(), row.uid()))
                                .map(row -> row.call(is(row.caller(), row.callerUid())))
                        : Optional.empty());
    }

    private boolean is(@Nullable String name, @Nullable String uid) {
        return name != null && uid(name).filter(there -> there.equals(uid)).isPresent();
    }

    @Override
    public Optional<Ask> ask(DeferredCall call) {
        return tables.reading(
                "reading what a deferred call asks",
                () -> calls().get(call.id())
                        .filter(row -> row.queue() != null)
                        .map(row -> AskJson.ask(text(row, ASK, row.askParts()))));
    }

    @Override
    public Optional<Unattended.Final> result(DeferredCall call) {
        return tables.reading(
                "reading the result of a deferred call",
                () -> calls().get(call.id())
                        .filter(row -> row.over() != null)
                        .map(row -> AskJson.result(text(row, RESULT, row.resultParts()))));
    }

    private String text(DeferredRow row, String what, int count) {
        List<String> texts = new ArrayList<>();
        for (int part = 0; part < count; part++) {
            texts.add(parts().get(RowKey.of(row.id(), place(what, part)))
                    .map(DeferredPartRow::text)
                    .orElse(""));
        }
        try {
            return PackedText.unpack(texts);
        } catch (IllegalArgumentException e) {
            throw new StoreException("deferred call " + row.id() + " cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public Optional<DeferredCall> update(DeferredCall call) {
        return tables.reading(
                "writing how far a deferred call is",
                () -> calls().get(call.id())
                        .flatMap(row -> calls().replace(DeferredRow.of(call, row.fixed())))
                        .map(row -> row.call(call.by().user().isPresent())));
    }

    @Override
    public Optional<DeferredCall> finish(DeferredCall call, Unattended.Final result) {
        return tables.reading("writing the result of a deferred call", () -> {
            Optional<DeferredRow> row = calls().get(call.id());
            if (row.isEmpty()) {
                return Optional.empty();
            }
            List<String> texts = PackedText.pack(AskJson.write(result));
            DeferredRow.Fixed before = row.get().fixed();
            DeferredRow.Fixed fixed = new DeferredRow.Fixed(before.uid(), before.callerUid(), 0, texts.size());
            List<Write> writes = new ArrayList<>();
            writes.add(Write.replace(calls(), DeferredRow.of(call, fixed)));
            writes.addAll(adding(call.id(), RESULT, texts));
            writes.addAll(discarding(call.id(), ASK, before.askParts()));
            return tables.done(writes)
                    ? calls().get(call.id())
                            .map(now -> now.call(call.by().user().isPresent()))
                    : Optional.empty();
        });
    }

    private List<Write> discarding(String call, String what, int count) {
        List<Write> writes = new ArrayList<>();
        for (int part = 0; part < count; part++) {
            writes.add(Write.discard(parts(), RowKey.of(call, place(what, part))));
        }
        return writes;
    }

    @Override
    public void eachDue(Instant now, Predicate<DeferredCall> more) {
        each(
                "looking for deferred calls",
                Query.ofIndex("queue", DeferredRow.OPEN).range(Comparison.le("due", now)),
                more);
    }

    @Override
    public void eachToDeliver(Instant now, Predicate<DeferredCall> more) {
        each(
                "looking for results to deliver",
                Query.ofIndex("send", DeferredRow.SEND).range(Comparison.le("sendAt", now)),
                more);
    }

    private void each(String doing, Query query, Predicate<DeferredCall> more) {
        tables.reading(doing, () -> {
            Query next = query;
            Optional<String> cursor;
            do {
                Page<DeferredRow> page = calls().query(next);
                for (DeferredRow row : page.rows()) {
                    if (!more.test(row.call(true))) {
                        return Boolean.TRUE;
                    }
                }
                cursor = page.next();
                next = cursor.map(next.limit(Limits.PAGE)::after).orElse(next);
            } while (cursor.isPresent());
            return Boolean.TRUE;
        });
    }

    @Override
    public List<DeferredCall> heldBy(String prefix) {
        return tables.reading("looking for deferred calls that were held", () -> {
            List<DeferredCall> held = new ArrayList<>();
            EngineTables.each(calls(), Query.ofIndex("queue", DeferredRow.OPEN), row -> {
                if (row.holder().startsWith(prefix)) {
                    held.add(row.call(true));
                }
            });
            return held;
        });
    }

    @Override
    public long open() {
        return tables.reading("counting deferred calls", () -> calls().count(Query.ofIndex("queue", DeferredRow.OPEN)));
    }

    @Override
    public List<DeferredCall> of(FunctionId function, int most) {
        return tables.reading("listing deferred calls", () -> {
            Optional<String> uid = uid(function.owner().value());
            return calls()
                    .query(Query.ofIndex("of_function", DeferredRow.place(function))
                            .backwards()
                            .limit(most))
                    .rows()
                    .stream()
                    .filter(row -> uid.filter(row.uid()::equals).isPresent())
                    .map(row -> row.call(true))
                    .toList();
        });
    }

    @Override
    public boolean remove(DeferredCall call) {
        return tables.reading(
                "deleting a deferred call",
                () -> calls().get(call.id()).map(this::discard).orElse(false));
    }

    private boolean discard(DeferredRow row) {
        List<Write> writes = new ArrayList<>(discarding(row));
        // One that gets its result at this moment has other parts: it is looked at again.
        writes.set(0, Write.delete(calls(), RowKey.of(row.id()), Comparison.eq("version", row.version())));
        return tables.done(writes) || calls().get(row.id()).map(this::discard).orElse(false);
    }

    private List<Write> discarding(DeferredRow row) {
        List<Write> writes = new ArrayList<>();
        writes.add(Write.discard(calls(), RowKey.of(row.id())));
        writes.addAll(discarding(row.id(), ASK, row.askParts()));
        writes.addAll(discarding(row.id(), RESULT, row.resultParts()));
        return writes;
    }

    @Override
    public int prune(Instant endedBefore) {
        return tables.reading("deleting old results", () -> {
            List<DeferredRow> old = EngineTables.all(
                    calls(), Query.ofIndex("over", DeferredRow.OVER).range(Comparison.lt("ended", endedBefore)));
            old.forEach(this::discard);
            return old.size();
        });
    }

    /** What the end of an account leaves of deferred calls of its functions. */
    static List<Write> leftovers(EngineTables tables, String owner) {
        DeferredTable table = new DeferredTable(tables);
        List<Write> writes = new ArrayList<>();
        EngineTables.each(table.calls(), Query.ofIndex("of_owner", owner), row -> writes.addAll(table.discarding(row)));
        return writes;
    }
}
