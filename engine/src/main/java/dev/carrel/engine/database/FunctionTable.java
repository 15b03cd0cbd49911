/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.engine.function.FunctionHead;
import dev.carrel.engine.function.FunctionId;
import dev.carrel.engine.function.FunctionStore;
import dev.carrel.engine.function.FunctionVersion;
import dev.carrel.engine.function.SpecJson;
import dev.carrel.engine.signin.Refusal;
import dev.carrel.engine.store.StoreException;
import dev.carrel.plugin.table.Comparison;
import dev.carrel.plugin.table.Query;
import dev.carrel.plugin.table.RowKey;
import dev.carrel.plugin.table.Table;
import dev.carrel.plugin.table.Write;
import dev.carrel.protocol.name.FunctionName;
import dev.carrel.protocol.name.UserName;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Functions: a row for what changes, rows for each version, and a list of the latest changes. */
final class FunctionTable implements FunctionStore {
    private final EngineTables tables;
    private final FunctionShares shares;

    @Inject
    FunctionTable(EngineTables tables) {
        this.tables = tables;
        shares = new FunctionShares(tables, this);
    }

    private Table<FunctionRow> functions() {
        return tables.of(FunctionRow.class);
    }

    private Table<FunctionVersionRow> versions() {
        return tables.of(FunctionVersionRow.class);
    }

    private Table<FunctionPartRow> parts() {
        return tables.of(FunctionPartRow.class);
    }

    private Table<FunctionChangeRow> changes() {
        return tables.of(FunctionChangeRow.class);
    }

    private Optional<String> uid(String owner) {
        return tables.of(UserRow.class).get(owner).map(UserRow::uid);
    }

    @Override
    public Optional<FunctionHead> find(FunctionId function) {
        return tables.reading(
                "reading a function",
                () -> functions()
                        .get(FunctionRow.key(function))
                        .filter(row ->
                                uid(row.owner()).filter(row.uid()::equals).isPresent())
                        .map(FunctionRow::head)
                        .filter(FunctionHead::exists));
    }

    @Override
    public List<FunctionHead> of(UserName owner) {
        return list(Query.of(owner.value()));
    }

    @Override
    public List<FunctionHead> all() {
        return list(Query.all());
    }

    private List<FunctionHead> list(Query query) {
        return tables.reading("listing functions", () -> {
            Map<String, Optional<String>> uids = new HashMap<>();
            return EngineTables.all(functions(), query).stream()
                    .filter(row -> uids.computeIfAbsent(row.owner(), this::uid)
                            .filter(row.uid()::equals)
                            .isPresent())
                    .map(FunctionRow::head)
                    .filter(FunctionHead::exists)
                    .sorted(Comparator.comparing(
                                    (FunctionHead head) -> head.id().owner().value())
                            .thenComparing(head -> head.id().name().value()))
                    .toList();
        });
    }

    @Override
    public Optional<FunctionVersion> version(FunctionId function, long number) {
        return tables.reading(
                "reading a version of a function",
                () -> versions().get(FunctionVersionRow.key(function, number)).map(row -> whole(function, row)));
    }

    private FunctionVersion whole(FunctionId function, FunctionVersionRow row) {
        List<String> texts = new ArrayList<>();
        for (int part = 0; part < row.parts(); part++) {
            texts.add(parts().get(partKey(row, part)).map(FunctionPartRow::text).orElse(""));
        }
        try {
            return new FunctionVersion(
                    function, row.number(), row.created(), row.publisher(), SpecJson.read(PackedText.unpack(texts)));
        } catch (IllegalArgumentException e) {
            throw new StoreException(
                    "version " + row.number() + " of function " + function + " cannot be read: " + e.getMessage()
                            + " (publish the function again)",
                    e);
        }
    }

    private static String partPlace(FunctionVersionRow row, int part) {
        return row.place() + String.format(Locale.ROOT, "/%02d", part);
    }

    private static RowKey partKey(FunctionVersionRow row, int part) {
        return RowKey.of(row.owner(), partPlace(row, part));
    }

    @Override
    public List<VersionNote> versions(FunctionHead function) {
        return tables.reading(
                "listing the versions of a function",
                () -> EngineTables.all(versions(), ofFunction(function.id())).stream()
                        .map(FunctionVersionRow::note)
                        // What a cut-off deletion left is no version any more.
                        .filter(note -> function.versions().containsKey(note.number()))
                        .sorted(Comparator.comparingLong(VersionNote::number).reversed())
                        .toList());
    }

    private static Query ofFunction(FunctionId function) {
        return Query.of(function.owner().value()).range(Comparison.beginsWith("place", function.name() + "/"));
    }

    @Override
    public Changed change(FunctionId function, Decision decision) {
        return tables.writing("changing a function", () -> {
            String uid = uid(function.owner().value())
                    .orElseThrow(() ->
                            new Refusal(Refusal.Kind.UNKNOWN, "there is no account " + function.owner() + " any more"));
            Optional<FunctionRow> row = functions().get(FunctionRow.key(function));
            FunctionHead before = row.filter(there -> there.uid().equals(uid))
                    .map(FunctionRow::head)
                    .orElseGet(() -> FunctionHead.none(function));
            Change change = decision.decide(before);
            if (change.after().equals(before) && change.added().isEmpty()) {
                return Optional.of(new Changed(before, before, Optional.empty()));
            }
            FunctionRow after = FunctionRow.of(
                    change.after(), uid, row.map(FunctionRow::version).orElse(0L));
            FunctionChangeRow told =
                    FunctionChangeRow.of(function, change.after().changed());
            List<Write> writes = new ArrayList<>(List.of(
                    row.isEmpty() ? Write.insert(functions(), after) : Write.replace(functions(), after),
                    // An account that is deleted at this moment leaves no function behind that its leftovers did not
                    // hold.
                    Write.check(
                            tables.of(UserRow.class), RowKey.of(function.owner().value()), Comparison.eq("uid", uid)),
                    Write.put(changes(), told)));
            change.added().ifPresent(version -> writes.addAll(adding(version)));
            if (before.active() != change.after().active()) {
                writes.addAll(ScheduleTable.activating(
                        tables, function, uid, scheduled(change), change.after().changed()));
            }
            FunctionShares.Shift shift = shares.shift(before, change);
            boolean whole = shift.fits(writes.size());
            if (whole) {
                writes.addAll(shift.added());
                writes.addAll(shift.removed());
            } else {
                // Too many for one transaction: for a moment, or after a failure, some are told too much, and that is
                // looked at again.
                tables.inBatches(shift.added());
            }
            if (!tables.done(writes)) {
                return Optional.empty();
            }
            if (!whole) {
                tables.sweep(shift.removed());
            }
            sweep(before, change.after());
            return Optional.of(new Changed(before, change.after(), Optional.of(told.note())));
        });
    }

    /** The version that is to be active, if it has a schedule. */
    private Optional<FunctionVersion> scheduled(Change change) {
        FunctionHead after = change.after();
        return after.scheduled()
                ? change.added()
                        .filter(version -> version.number() == after.active())
                        .or(() -> version(after.id(), after.active()))
                : Optional.empty();
    }

    @Override
    public List<FunctionId> sharedWith(UserName user, int most) {
        return shares.with(user, most);
    }

    private List<Write> adding(FunctionVersion version) {
        List<String> texts = PackedText.pack(SpecJson.write(version.spec()));
        FunctionVersionRow row = FunctionVersionRow.of(version, texts.size());
        List<Write> writes = new ArrayList<>();
        // Put, because one of the same number may be left of an account of this name that is gone.
        writes.add(Write.put(versions(), row));
        for (int part = 0; part < texts.size(); part++) {
            writes.add(Write.put(parts(), new FunctionPartRow(row.owner(), partPlace(row, part), texts.get(part), 0)));
        }
        return writes;
    }

    /** Deletes the versions that are no longer kept; one that a failure leaves is in no list and is deleted with the function. */
    private void sweep(FunctionHead before, FunctionHead after) {
        List<Write> gone = new ArrayList<>();
        if (!after.exists()) {
            EngineTables.each(versions(), ofFunction(after.id()), row -> gone.addAll(discarding(row)));
        } else {
            for (Long number : before.versions().keySet()) {
                if (!after.versions().containsKey(number)) {
                    versions()
                            .get(FunctionVersionRow.key(after.id(), number))
                            .ifPresent(row -> gone.addAll(discarding(row)));
                }
            }
        }
        tables.sweep(gone);
    }

    private List<Write> discarding(FunctionVersionRow row) {
        List<Write> writes = new ArrayList<>();
        for (int part = 0; part < row.parts(); part++) {
            writes.add(Write.discard(parts(), partKey(row, part)));
        }
        writes.add(Write.discard(versions(), RowKey.of(row.owner(), row.place())));
        return writes;
    }

    @Override
    public Set<FunctionId> warm() {
        return tables.reading("listing functions that are kept warm", () -> {
            Set<FunctionId> ids = new HashSet<>();
            EngineTables.each(
                    functions(),
                    Query.ofIndex("kept_warm", FunctionRow.WARM),
                    row -> ids.add(new FunctionId(new UserName(row.owner()), new FunctionName(row.name()))));
            return ids;
        });
    }

    @Override
    public List<Note> changes(Instant from) {
        return tables.reading(
                "reading changes of functions",
                () -> EngineTables.all(
                                changes(),
                                Query.of(FunctionChangeRow.LOG)
                                        .range(Comparison.ge("id", FunctionChangeRow.from(from))))
                        .stream()
                        .map(FunctionChangeRow::note)
                        .toList());
    }

    @Override
    public int pruneChanges(Instant before) {
        return tables.reading(
                "forgetting changes of functions",
                () -> tables.prune(
                        changes(),
                        row -> Write.delete(changes(), RowKey.of(row.log(), row.id())),
                        Query.of(FunctionChangeRow.LOG).range(Comparison.lt("id", FunctionChangeRow.from(before)))));
    }

    /** Whether one of its versions is for this user by name; one that cannot be read may be. */
    private boolean names(FunctionHead head, String user) {
        return head.versions().entrySet().stream()
                .filter(kept -> kept.getValue().shared())
                .anyMatch(kept -> names(head.id(), kept.getKey(), user));
    }

    private boolean names(FunctionId function, long number, String user) {
        try {
            return version(function, number)
                    .filter(version -> version.spec().access().users().contains(user))
                    .isPresent();
        } catch (StoreException _) {
            return true;
        }
    }

    /**
     * What the end of an account leaves of functions: its own, and its name among those who may call others'. A later person of that name must inherit
     * neither. The functions themselves come first: while those are there, calls find them. Whoever serves calls hears of it as of other changes.
     */
    static List<Write> leftovers(EngineTables tables, String owner, Instant now) {
        FunctionTable table = new FunctionTable(tables);
        List<Write> writes = new ArrayList<>();
        for (FunctionRow row : EngineTables.all(table.functions(), Query.ofIndex("shared", FunctionRow.SHARED))) {
            FunctionHead head = row.head();
            if (!row.owner().equals(owner) && table.names(head, owner)) {
                FunctionRow after = FunctionRow.of(head.forgetting(owner, now), row.uid(), row.version());
                writes.add(Write.replace(table.functions(), after));
                writes.add(Write.put(table.changes(), FunctionChangeRow.of(head.id(), now)));
            }
        }
        List<FunctionRow> own = EngineTables.all(table.functions(), Query.of(owner));
        for (FunctionRow row : own) {
            writes.add(Write.discard(table.functions(), RowKey.of(row.owner(), row.name())));
            writes.add(
                    Write.put(table.changes(), FunctionChangeRow.of(row.head().id(), now)));
        }
        writes.addAll(ScheduleTable.leftovers(tables, owner));
        writes.addAll(table.shares.leftovers(
                owner, own.stream().map(FunctionRow::head).toList()));
        EngineTables.each(table.versions(), Query.of(owner), row -> writes.addAll(table.discarding(row)));
        return writes;
    }
}
