/* Copyright the Carrel authors. */
package dev.carrel.plugin.table;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Reads a record's annotations, collecting every fault. For one use. */
final class ShapeReader<R extends Record> {
    private static final String COMPONENT = "[a-z][a-zA-Z0-9]{0,29}";
    private static final String TYPES =
            "String, int, long, boolean, double, their boxed forms, Instant, an enum with constants, or List<String>";

    private final Class<R> type;
    private final RecordComponent[] components;
    private final List<String> faults = new ArrayList<>();
    private final List<Column> columns = new ArrayList<>();

    ShapeReader(Class<R> type) {
        this.type = type;
        this.components = type.getRecordComponents();
    }

    RowShape<R> read() {
        Stored stored = type.getAnnotation(Stored.class);
        String table = stored == null ? "" : stored.name();
        if (stored == null) {
            faults.add("no @Stored (expected: one, with the table's name)");
        } else {
            name("table", table, Limits.TABLE_NAME);
        }
        for (int i = 0; i < components.length; i++) {
            column(components[i], i);
        }
        stop();
        Map<String, Index> indexes = new LinkedHashMap<>();
        index("", "key", c -> part(c), indexes);
        for (String name : indexNames()) {
            name("index", name, Limits.INDEX_NAME);
            index(name, "index " + name, c -> part(c, name), indexes);
        }
        Optional<Column> version = version();
        stop();
        return made(table, indexes, version);
    }

    private void stop() {
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException(
                    "record " + type.getName() + " cannot be a table: " + String.join("; ", faults));
        }
    }

    private void name(String what, String name, int longest) {
        if (!name.matches("[a-z][a-z0-9_]*") || name.length() > longest) {
            faults.add(what + " name \"" + name
                    + "\" (expected: a-z 0-9 and underscores, starting with a letter, at most " + longest + ")");
        }
    }

    private void column(RecordComponent component, int position) {
        String name = component.getName();
        if (!name.matches(COMPONENT)) {
            faults.add(
                    name
                            + ": a name that columns cannot have (expected: letters of ASCII and digits, starting with a small one, at most 30)");
        }
        Optional<Kind> kind = Kind.of(component.getType())
                .filter(k -> k != Kind.LIST
                        || (component.getGenericType() instanceof ParameterizedType list
                                && list.getActualTypeArguments()[0] == String.class));
        if (kind.isEmpty()) {
            faults.add(name + ": type " + component.getGenericType().getTypeName() + " (expected: " + TYPES + ")");
            return;
        }
        boolean nullable = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
        boolean key = component.isAnnotationPresent(Key.class);
        boolean keyed = key || component.getAnnotationsByType(Indexed.class).length > 0;
        if (keyed && !kind.get().keyable()) {
            faults.add(name + ": type " + component.getType().getSimpleName()
                    + " in a key or an index (expected: String, int, long, Instant or an enum)");
        }
        if (key && nullable) {
            faults.add(name + ": @Nullable in the key");
        }
        columns.add(new Column(name, component.getType(), kind.get(), nullable, keyed, position));
    }

    private static @Nullable Part part(RecordComponent component) {
        Key key = component.getAnnotation(Key.class);
        return key == null ? null : key.value();
    }

    private static @Nullable Part part(RecordComponent component, String index) {
        return Arrays.stream(component.getAnnotationsByType(Indexed.class))
                .filter(i -> i.name().equals(index))
                .map(Indexed::part)
                .findFirst()
                .orElse(null);
    }

    private Set<String> indexNames() {
        TreeSet<String> names = new TreeSet<>();
        for (RecordComponent component : components) {
            TreeSet<String> own = new TreeSet<>();
            for (Indexed indexed : component.getAnnotationsByType(Indexed.class)) {
                if (!own.add(indexed.name())) {
                    faults.add(component.getName() + ": twice in index " + indexed.name());
                }
            }
            names.addAll(own);
        }
        return names;
    }

    private interface Parts {
        @Nullable
        Part of(RecordComponent component);
    }

    private void index(String name, String what, Parts parts, Map<String, Index> indexes) {
        List<Column> partition = among(c -> parts.of(c) == Part.PARTITION);
        List<Column> sort = among(c -> parts.of(c) == Part.SORT);
        if (partition.size() != 1) {
            faults.add(what + ": " + count(partition, "partition") + " (expected: one)");
        } else if (sort.size() > 1) {
            faults.add(what + ": " + count(sort, "sort") + " (expected: one or none)");
        } else {
            indexes.put(
                    name, new Index(name, partition.getFirst(), sort.stream().findFirst()));
        }
    }

    private static String count(List<Column> found, String part) {
        return found.isEmpty()
                ? "no " + part + " component"
                : found.size() + " " + part + " components: "
                        + String.join(
                                ", ", found.stream().map(Column::component).toList());
    }

    private List<Column> among(Predicate<RecordComponent> which) {
        return columns.stream()
                .filter(c -> which.test(components[c.position()]))
                .toList();
    }

    private Optional<Column> version() {
        List<Column> versions = among(c -> c.isAnnotationPresent(Version.class));
        if (versions.size() > 1) {
            faults.add("@Version on "
                    + String.join(", ", versions.stream().map(Column::component).toList())
                    + " (expected: on one or none)");
        }
        for (Column version : versions) {
            if (version.kind() != Kind.LONG || version.nullable() || version.keyed()) {
                faults.add(version.component()
                        + ": @Version (expected: on a long that is neither null nor in a key or an index)");
            }
        }
        return versions.stream().findFirst();
    }

    private RowShape<R> made(String table, Map<String, Index> indexes, Optional<Column> version) {
        try {
            MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(type, MethodHandles.lookup());
            MethodHandle[] accessors = new MethodHandle[components.length];
            Class<?>[] types = new Class<?>[components.length];
            for (int i = 0; i < components.length; i++) {
                types[i] = components[i].getType();
                accessors[i] = lookup.unreflect(components[i].getAccessor())
                        .asType(MethodType.methodType(Object.class, Object.class));
            }
            MethodHandle constructor = lookup.findConstructor(type, MethodType.methodType(void.class, types))
                    .asSpreader(Object[].class, types.length)
                    .asType(MethodType.methodType(Object.class, Object[].class));
            return new RowShape<>(type, table, columns, indexes, version, accessors, constructor);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("record " + type.getName() + " cannot be a table: " + e, e);
        }
    }
}
