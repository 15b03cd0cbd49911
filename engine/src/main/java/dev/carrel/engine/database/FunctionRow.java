/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.engine.function.FunctionHead;
import dev.carrel.engine.function.FunctionId;
import dev.carrel.plugin.table.Indexed;
import dev.carrel.plugin.table.Key;
import dev.carrel.plugin.table.Part;
import dev.carrel.plugin.table.RowKey;
import dev.carrel.plugin.table.Stored;
import dev.carrel.plugin.table.Version;
import dev.carrel.protocol.name.FunctionName;
import dev.carrel.protocol.name.UserName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A function, without its versions; also one that was deleted, for its next number.
 *
 * @param uid of the owner's account: good for no later one of the same name
 * @param warm {@link #WARM} when its active version wants workers even when nobody calls, else null
 * @param shared {@link #SHARED} when one of its versions is for named users, else null
 * @param activations numbers
 * @param kept {@code number=digest:workers}, and {@code :shared} when it is for named users, {@code :scheduled} when it runs by itself
 * @param aliases {@code name=number}
 * @param secrets {@code name=sealed}
 */
@Stored(name = "engine_functions")
record FunctionRow(
        @Key String owner,
        @Key(Part.SORT) String name,
        String uid,
        @Indexed(name = "kept_warm") @Nullable String warm,
        @Indexed(name = "shared") @Nullable String shared,
        long next,
        List<String> activations,
        List<String> kept,
        List<String> aliases,
        List<String> secrets,
        List<String> forgotten,
        Instant created,
        Instant changed,
        @Version long version) {
    static final String WARM = "warm";
    static final String SHARED = "shared";
    private static final String SCHEDULED = "scheduled";

    static RowKey key(FunctionId function) {
        return RowKey.of(function.owner().value(), function.name().value());
    }

    /** @param version of the row whose place it takes; 0 for none */
    static FunctionRow of(FunctionHead head, String uid, long version) {
        return new FunctionRow(
                head.id().owner().value(),
                head.id().name().value(),
                uid,
                head.warm() ? WARM : null,
                head.versions().values().stream().anyMatch(FunctionHead.Kept::shared) ? SHARED : null,
                head.next(),
                head.activations().stream().map(String::valueOf).toList(),
                pairs(
                        head.versions(),
                        kept -> kept.digest() + ":" + kept.minWorkers()
                                + (kept.shared() ? ":" + SHARED : "")
                                + (kept.scheduled() ? ":" + SCHEDULED : "")),
                pairs(head.aliases(), String::valueOf),
                pairs(head.secrets(), Function.identity()),
                head.forgotten().stream().sorted().toList(),
                head.created(),
                head.changed(),
                version);
    }

    FunctionHead head() {
        TreeMap<Long, FunctionHead.Kept> versions = new TreeMap<>();
        each(kept, (number, text) -> {
            List<String> parts = List.of(text.split(":", -1));
            versions.put(
                    Long.valueOf(number),
                    new FunctionHead.Kept(
                            parts.get(0),
                            Integer.parseInt(parts.get(1)),
                            parts.contains(SHARED),
                            parts.contains(SCHEDULED)));
        });
        TreeMap<String, Long> named = new TreeMap<>();
        each(aliases, (alias, number) -> named.put(alias, Long.valueOf(number)));
        TreeMap<String, String> hidden = new TreeMap<>();
        each(secrets, hidden::put);
        return new FunctionHead(
                new FunctionId(new UserName(owner), new FunctionName(name)),
                next,
                activations.stream().map(Long::valueOf).toList(),
                versions,
                named,
                hidden,
                Set.copyOf(forgotten),
                created,
                changed);
    }

    private static <K, V> List<String> pairs(SortedMap<K, V> map, Function<V, String> text) {
        List<String> pairs = new ArrayList<>();
        for (Map.Entry<K, V> entry : map.entrySet()) {
            pairs.add(entry.getKey() + "=" + text.apply(entry.getValue()));
        }
        return pairs;
    }

    private static void each(List<String> pairs, BiConsumer<String, String> pair) {
        for (String text : pairs) {
            int equals = text.indexOf('=');
            pair.accept(text.substring(0, equals), text.substring(equals + 1));
        }
    }
}
