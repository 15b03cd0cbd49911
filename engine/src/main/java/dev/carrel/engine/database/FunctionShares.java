/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.engine.function.FunctionHead;
import dev.carrel.engine.function.FunctionId;
import dev.carrel.engine.function.FunctionSpec;
import dev.carrel.engine.function.FunctionStore.Change;
import dev.carrel.engine.function.FunctionVersion;
import dev.carrel.engine.store.StoreException;
import dev.carrel.plugin.table.Limits;
import dev.carrel.plugin.table.Query;
import dev.carrel.plugin.table.Table;
import dev.carrel.plugin.table.Write;
import dev.carrel.protocol.name.UserName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Who is named by the active versions of others: a row for each, written with the change that makes it so. */
final class FunctionShares {
    private final EngineTables tables;
    private final FunctionTable functions;

    FunctionShares(EngineTables tables, FunctionTable functions) {
        this.tables = tables;
        this.functions = functions;
    }

    private Table<FunctionShareRow> rows() {
        return tables.of(FunctionShareRow.class);
    }

    /**
     * What a change makes of them.
     *
     * @param added users who are named from now on
     * @param removed users who no longer are
     */
    record Shift(List<Write> added, List<Write> removed) {
        boolean fits(int others) {
            return others + added.size() + removed.size() <= Limits.WRITES;
        }
    }

    Shift shift(FunctionHead before, Change change) {
        FunctionHead after = change.after();
        boolean same = before.active() == after.active() && before.forgotten().equals(after.forgotten());
        if (same && before.exists() == after.exists()) {
            return new Shift(List.of(), List.of());
        }
        Set<String> former = named(before, Optional.empty());
        Set<String> now = named(after, change.added());
        List<Write> added = new ArrayList<>();
        List<Write> removed = new ArrayList<>();
        for (String user : now) {
            if (!former.contains(user)) {
                added.add(Write.put(rows(), FunctionShareRow.of(user, after.id())));
            }
        }
        for (String user : former) {
            if (!now.contains(user)) {
                removed.add(Write.discard(rows(), FunctionShareRow.key(user, after.id())));
            }
        }
        return new Shift(added, removed);
    }

    /** Whom else than its owner the active version is for, by name. */
    private Set<String> named(FunctionHead head, Optional<FunctionVersion> added) {
        FunctionHead.Kept kept = head.versions().get(head.active());
        if (kept == null || !kept.shared()) {
            return Set.of();
        }
        return added.filter(version -> version.number() == head.active())
                .or(() -> readable(head))
                .map(version -> version.spec().access())
                .filter(access -> access.visibility() == FunctionSpec.Visibility.USERS)
                .map(access -> named(head, access.users()))
                .orElse(Set.of());
    }

    private static Set<String> named(FunctionHead head, List<String> users) {
        Set<String> named = new TreeSet<>(users);
        named.removeAll(head.forgotten());
        named.remove(head.id().owner().value());
        return named;
    }

    private Optional<FunctionVersion> readable(FunctionHead head) {
        try {
            return functions.version(head.id(), head.active());
        } catch (StoreException _) {
            // A version that cannot be read cannot be called by anybody either.
            return Optional.empty();
        }
    }

    List<FunctionId> with(UserName user, int most) {
        return tables.reading(
                "listing functions that are shared with a user",
                () -> rows().query(Query.of(user.value()).limit(most)).rows().stream()
                        .map(FunctionShareRow::id)
                        .toList());
    }

    /** What ends with an account: that it was named, and whom its functions name. */
    List<Write> leftovers(String user, List<FunctionHead> own) {
        List<Write> writes = new ArrayList<>();
        EngineTables.each(
                rows(), Query.of(user), row -> writes.add(Write.discard(rows(), FunctionShareRow.key(user, row.id()))));
        for (FunctionHead head : own) {
            named(head, Optional.empty())
                    .forEach(named -> writes.add(Write.discard(rows(), FunctionShareRow.key(named, head.id()))));
        }
        return writes;
    }
}
