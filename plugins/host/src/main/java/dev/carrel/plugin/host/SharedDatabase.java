/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import dev.carrel.plugin.Database;
import dev.carrel.plugin.table.DatabaseException;
import dev.carrel.plugin.table.Outcome;
import dev.carrel.plugin.table.Table;
import dev.carrel.plugin.table.Write;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/**
 * The database as one plugin sees it: every call goes to whichever plugin provides it at that moment, on the caller's thread. It holds nothing of a
 * provider that is gone. Any thread.
 */
public final class SharedDatabase implements Database {
    private final Supplier<Optional<LiveExtension<Database>>> provider;
    private final List<SharedTable<?>> tables = new CopyOnWriteArrayList<>();

    SharedDatabase(Supplier<Optional<LiveExtension<Database>>> provider) {
        this.provider = provider;
    }

    /** The provider of now. */
    LiveExtension<Database> provider() {
        return provider.get()
                .orElseThrow(() -> new DatabaseException(
                        "no plugin provides a database just now (see: carrel plugin list)", true));
    }

    /** Calls something of a provider's on this thread. */
    static <T> T direct(LiveExtension<Database> provider, String what, Callable<T> call) {
        try {
            return provider.direct(what, call);
        } catch (DatabaseException | IllegalArgumentException e) {
            throw e;
        } catch (PluginFailure e) {
            throw new DatabaseException(String.valueOf(e.getMessage()), e.kind() == PluginFailure.Kind.GONE, e);
        } catch (Exception | LinkageError e) {
            throw new DatabaseException("plugin " + provider.plugin() + ": " + what + ": " + e, false, e);
        }
    }

    /** What was opened here. */
    List<Class<? extends Record>> types() {
        return tables.stream().<Class<? extends Record>>map(SharedTable::type).toList();
    }

    /** Lets go of every provider. */
    void forget() {
        tables.forEach(SharedTable::forget);
    }

    @Override
    public String name() {
        LiveExtension<Database> now = provider();
        return direct(now, "name", () -> now.extension().name());
    }

    @Override
    public <R extends Record> Table<R> open(Class<R> type) {
        SharedTable<R> table = new SharedTable<>(this, type);
        table.open();
        tables.add(table);
        return table;
    }

    @Override
    public Outcome transact(List<Write> writes) {
        LiveExtension<Database> now = provider();
        List<Write> own = writes.stream().map(write -> own(now, write)).toList();
        return direct(now, "transact", () -> now.extension().transact(own));
    }

    /** The same write with the provider's own table. */
    private static Write own(LiveExtension<Database> provider, Write write) {
        return switch (write) {
            case Write.Insert<?> insert -> insert(provider, insert);
            case Write.Put<?> put -> put(provider, put);
            case Write.Restore<?> restore -> restore(provider, restore);
            case Write.Replace<?> replace -> replace(provider, replace);
            case Write.Delete delete ->
                new Write.Delete(own(provider, delete.table()), delete.key(), delete.condition());
            case Write.Discard discard -> new Write.Discard(own(provider, discard.table()), discard.key());
            case Write.Check check -> new Write.Check(own(provider, check.table()), check.key(), check.condition());
        };
    }

    private static <R extends Record> Write insert(LiveExtension<Database> provider, Write.Insert<R> write) {
        return new Write.Insert<>(own(provider, write.table()), write.row());
    }

    private static <R extends Record> Write put(LiveExtension<Database> provider, Write.Put<R> write) {
        return new Write.Put<>(own(provider, write.table()), write.row());
    }

    private static <R extends Record> Write restore(LiveExtension<Database> provider, Write.Restore<R> write) {
        return new Write.Restore<>(own(provider, write.table()), write.row());
    }

    private static <R extends Record> Write replace(LiveExtension<Database> provider, Write.Replace<R> write) {
        return new Write.Replace<>(own(provider, write.table()), write.row(), write.condition());
    }

    private static <R extends Record> Table<R> own(LiveExtension<Database> provider, Table<R> table) {
        if (!(table instanceof SharedTable<R> shared)) {
            throw new IllegalArgumentException(
                    "transaction: table " + table.shape().table() + " of another database");
        }
        return shared.of(provider);
    }

    @Override
    public Optional<String> health() {
        try {
            LiveExtension<Database> now = provider();
            return direct(now, "health", () -> now.extension().health());
        } catch (DatabaseException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }
}
