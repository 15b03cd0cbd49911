/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.engine.function.FunctionId;
import dev.carrel.plugin.table.Key;
import dev.carrel.plugin.table.Part;
import dev.carrel.plugin.table.RowKey;
import dev.carrel.plugin.table.Stored;
import dev.carrel.plugin.table.Version;
import dev.carrel.protocol.name.FunctionName;
import dev.carrel.protocol.name.UserName;

/**
 * That a function's active version names a user: how they find what is theirs to call.
 *
 * @param user who is named
 * @param function {@code owner/name}
 */
@Stored(name = "engine_function_shares")
record FunctionShareRow(
        @Key String user,
        @Key(Part.SORT) String function,
        @Version long version) {

    static FunctionShareRow of(String user, FunctionId function) {
        return new FunctionShareRow(user, place(function), 0);
    }

    static RowKey key(String user, FunctionId function) {
        return RowKey.of(user, place(function));
    }

    private static String place(FunctionId function) {
        return function.owner() + "/" + function.name();
    }

    FunctionId id() {
        String[] parts = function.split("/", 2);
        return new FunctionId(new UserName(parts[0]), new FunctionName(parts[1]));
    }
}
