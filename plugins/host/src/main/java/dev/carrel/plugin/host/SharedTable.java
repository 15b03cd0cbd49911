/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import dev.carrel.plugin.Database;
import dev.carrel.plugin.table.Comparison;
import dev.carrel.plugin.table.Page;
import dev.carrel.plugin.table.Query;
import dev.carrel.plugin.table.RowKey;
import dev.carrel.plugin.table.RowShape;
import dev.carrel.plugin.table.Table;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A table of whichever plugin provides the database; opened anew when that is another one. Any thread. */
final class SharedTable<R extends Record> implements Table<R> {
    private final SharedDatabase database;
    private final Class<R> type;
    private final RowShape<R> shape;
    private volatile @Nullable Opened<R> opened;

    /** A table, and whose it is. */
    private record Opened<R extends Record>(LiveExtension<Database> provider, Table<R> table) {}

    SharedTable(SharedDatabase database, Class<R> type) {
        this.database = database;
        this.type = type;
        this.shape = RowShape.of(type);
    }

    /** Makes it ready at the provider of now. */
    void open() {
        of(database.provider());
    }

    Class<R> type() {
        return type;
    }

    void forget() {
        opened = null;
    }

    /** The provider's own table. */
    Table<R> of(LiveExtension<Database> provider) {
        Opened<R> now = opened;
        if (now == null || !now.provider().equals(provider)) {
            now = new Opened<>(
                    provider,
                    SharedDatabase.direct(
                            provider, "open", () -> provider.extension().open(type)));
            opened = now;
        }
        return now.table();
    }

    private <T> T call(String what, Function<Table<R>, T> call) {
        LiveExtension<Database> provider = database.provider();
        Table<R> table = of(provider);
        return SharedDatabase.direct(provider, what, () -> call.apply(table));
    }

    @Override
    public RowShape<R> shape() {
        return shape;
    }

    @Override
    public Optional<R> get(RowKey key) {
        return call("get", table -> table.get(key));
    }

    @Override
    public Optional<R> insert(R row) {
        return call("insert", table -> table.insert(row));
    }

    @Override
    public void put(R row) {
        call("put", table -> {
            table.put(row);
            return Boolean.TRUE;
        });
    }

    @Override
    public Optional<R> replace(R row, Comparison... condition) {
        return call("replace", table -> table.replace(row, condition));
    }

    @Override
    public boolean delete(RowKey key, Comparison... condition) {
        return call("delete", table -> table.delete(key, condition));
    }

    @Override
    public Page<R> query(Query query) {
        return call("query", table -> table.query(query));
    }

    @Override
    public long count(Query query) {
        return call("count", table -> table.count(query));
    }
}
