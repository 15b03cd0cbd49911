/* Copyright the Carrel authors. */
package dev.carrel.chassis.settings;

import java.io.IOException;
import java.io.StringReader;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * Reads a YAML file and the environment into section records. Every fault is collected: unknown keys (with line and nearest known key), wrong
 * values, missing ones; then one {@link SettingsException} reports them all.
 */
public final class SettingsReader {
    private final String source;
    private final @Nullable MappingNode root;
    private final Map<String, String> environment;
    private final Set<String> otherSections;
    private final List<String> faults = new ArrayList<>();

    private SettingsReader(
            String source, @Nullable MappingNode root, Map<String, String> environment, Set<String> otherSections) {
        this.source = source;
        this.root = root;
        this.environment = environment;
        this.otherSections = otherSections;
    }

    /**
     * Reads sections from a file that may be absent, in which case every default holds.
     *
     * @param file the YAML file
     * @param environment usually {@link System#getenv()}
     * @param otherSections top-level keys that belong to somebody else and are passed over
     * @param sections records marked with {@link Section}
     * @throws SettingsException with every fault
     */
    public static Settings read(
            Path file,
            Map<String, String> environment,
            Set<String> otherSections,
            List<Class<? extends Record>> sections) {
        String text;
        try {
            text = Files.exists(file) ? Files.readString(file, StandardCharsets.UTF_8) : "";
        } catch (IOException e) {
            throw new SettingsException(List.of(file + ": cannot be read: " + e));
        }
        return parse(file.toString(), text, environment, otherSections, sections);
    }

    /** As {@link #read}, from a text; {@code source} names it in faults. */
    public static Settings parse(
            String source,
            String text,
            Map<String, String> environment,
            Set<String> otherSections,
            List<Class<? extends Record>> sections) {
        SettingsReader reader = new SettingsReader(source, compose(source, text), environment, otherSections);
        return reader.readAll(sections);
    }

    private static @Nullable MappingNode compose(String source, String text) {
        try {
            LoaderOptions options = new LoaderOptions();
            options.setAllowDuplicateKeys(false);
            Node node = new Yaml(new SafeConstructor(options)).compose(new StringReader(text));
            if (node == null) {
                return null;
            }
            if (node instanceof MappingNode mapping) {
                return mapping;
            }
            throw new SettingsException(
                    List.of(source + ": line 1: not a mapping (expected: sections with keys below them)"));
        } catch (MarkedYAMLException e) {
            int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
            throw new SettingsException(List.of(source + ": line " + line + ": not YAML: " + e.getProblem()));
        }
    }

    private Settings readAll(List<Class<? extends Record>> sections) {
        Map<String, Class<? extends Record>> known = new LinkedHashMap<>();
        for (Class<? extends Record> type : sections) {
            known.put(section(type), type);
        }
        Map<String, Node> nodes = children(root, "", known.keySet(), otherSections, Map.of());
        Map<Class<?>, Record> values = new LinkedHashMap<>();
        known.forEach((name, type) -> {
            Record value = record(type, name, mapping(nodes.get(name), name), true);
            if (value != null) {
                values.put(type, value);
            }
        });
        if (!faults.isEmpty()) {
            throw new SettingsException(faults);
        }
        return new Settings(values);
    }

    private @Nullable MappingNode mapping(@Nullable Node node, String path) {
        if (node == null
                || node instanceof ScalarNode scalar && scalar.getValue().isEmpty()) {
            return null;
        }
        if (node instanceof MappingNode mapping) {
            return mapping;
        }
        fault(node, path, "not a mapping (expected: keys below it)");
        return null;
    }

    private Map<String, Node> children(
            @Nullable MappingNode parent,
            String path,
            Set<String> known,
            Set<String> others,
            Map<String, String> moved) {
        Map<String, Node> children = new LinkedHashMap<>();
        if (parent == null) {
            return children;
        }
        Set<String> seen = new HashSet<>();
        for (NodeTuple tuple : parent.getValue()) {
            String key = tuple.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "?";
            String full = path.isEmpty() ? key : path + "." + key;
            if (!seen.add(key)) {
                fault(tuple.getKeyNode(), full, "given twice");
            } else if (known.contains(key)) {
                children.put(key, tuple.getValueNode());
            } else if (moved.containsKey(key)) {
                fault(tuple.getKeyNode(), full, "no longer here; it is " + moved.get(key));
            } else if (!others.contains(key)) {
                Set<String> candidates = new HashSet<>(known);
                candidates.addAll(others);
                String hint = Keys.nearest(key, candidates)
                        .map(k -> "did you mean " + k + "?")
                        .orElseGet(() -> "known: " + String.join(", ", new java.util.TreeSet<>(candidates)));
                fault(tuple.getKeyNode(), full, "unknown key; " + hint);
            }
        }
        return children;
    }

    private @Nullable Record record(
            Class<? extends Record> type, String path, @Nullable MappingNode node, boolean top) {
        RecordComponent[] components = type.getRecordComponents();
        Map<String, Node> children = children(
                node,
                path,
                Arrays.stream(components).map(c -> Keys.dashed(c.getName())).collect(Collectors.toSet()),
                Set.of(),
                moved(type));
        int before = faults.size();
        @Nullable Object[] values = new @Nullable Object[components.length];
        for (int i = 0; i < components.length; i++) {
            RecordComponent component = components[i];
            String key = Keys.dashed(component.getName());
            String variable = top ? Keys.environment(path, key) : null;
            values[i] = value(component, path + "." + key, children.get(key), variable, node);
        }
        if (faults.size() > before) {
            return null;
        }
        return construct(type, path, node, components, values);
    }

    private static Map<String, String> moved(Class<? extends Record> type) {
        Section section = type.getAnnotation(Section.class);
        Map<String, String> moved = new LinkedHashMap<>();
        for (String one : section == null ? new String[0] : section.moved()) {
            int colon = one.indexOf(':');
            moved.put(one.substring(0, colon), one.substring(colon + 1).strip());
        }
        return moved;
    }

    private @Nullable Record construct(
            Class<? extends Record> type,
            String path,
            @Nullable MappingNode node,
            RecordComponent[] components,
            @Nullable Object[] values) {
        try {
            Class<?>[] types =
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            var constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            // A compact constructor refused a combination of values.
            fault(node, path, String.valueOf(e.getTargetException().getMessage()));
            return null;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("settings record " + type.getName() + " cannot be made", e);
        }
    }

    private @Nullable Object value(
            RecordComponent component,
            String path,
            @Nullable Node node,
            @Nullable String variable,
            @Nullable Node parent) {
        Setting setting = component.getAnnotation(Setting.class);
        if (setting == null) {
            throw new IllegalStateException(path + " has no @Setting");
        }
        String override = variable == null ? null : environment.get(variable);
        if (override != null) {
            return text(component, setting, override, "environment variable " + variable + ": ");
        }
        if (node == null) {
            if (setting.required()) {
                fault(parent, path, "missing (expected: " + setting.text() + ")");
                return null;
            }
            return text(component, setting, setting.def(), "default of " + path + ": ");
        }
        if (Values.scalar(component)) {
            if (node instanceof ScalarNode scalar) {
                return text(component, setting, scalar.getValue(), where(node) + path + ": ");
            }
            fault(node, path, "not a single value");
            return null;
        }
        if (node instanceof SequenceNode sequence) {
            return list(component, setting, path, sequence);
        }
        fault(node, path, "not a list (expected: [a, b] or one \"- item\" a line)");
        return null;
    }

    @SuppressWarnings("unchecked")
    private List<Object> list(RecordComponent component, Setting setting, String path, SequenceNode sequence) {
        Class<?> element = elementType(component);
        List<Object> values = new ArrayList<>();
        int index = 0;
        for (Node node : sequence.getValue()) {
            String itemPath = path + "[" + index++ + "]";
            if (element.isRecord() && element != DataSize.class) {
                Record value = record((Class<? extends Record>) element, itemPath, mapping(node, itemPath), false);
                if (value != null) {
                    values.add(value);
                }
            } else if (node instanceof ScalarNode scalar) {
                add(values, parse(element, scalar.getValue(), setting, where(node) + itemPath + ": "));
            } else {
                fault(node, itemPath, "not a single value");
            }
        }
        return List.copyOf(values);
    }

    /** Reads a value from one text: the environment's or the default. */
    private @Nullable Object text(RecordComponent component, Setting setting, String text, String where) {
        if (Values.scalar(component)) {
            return parse(component.getType(), text, setting, where);
        }
        String inner = text.strip();
        if (inner.startsWith("[") && inner.endsWith("]")) {
            inner = inner.substring(1, inner.length() - 1);
        }
        List<Object> values = new ArrayList<>();
        for (String item : inner.split(",", -1)) {
            if (!item.isBlank()) {
                add(values, parse(elementType(component), item.strip(), setting, where));
            }
        }
        return List.copyOf(values);
    }

    private static void add(List<Object> values, @Nullable Object value) {
        if (value != null) {
            values.add(value);
        }
    }

    private @Nullable Object parse(Class<?> type, String text, Setting setting, String where) {
        try {
            return Values.parse(type, text, setting);
        } catch (IllegalArgumentException e) {
            faults.add(where + (setting.secret() ? "a secret of a wrong form" : e.getMessage()));
            return null;
        }
    }

    static Class<?> elementType(RecordComponent component) {
        return (Class<?>) ((ParameterizedType) component.getGenericType()).getActualTypeArguments()[0];
    }

    static String section(Class<? extends Record> type) {
        Section section = type.getAnnotation(Section.class);
        if (section == null) {
            throw new IllegalStateException(type + " has no @Section");
        }
        return section.value();
    }

    private void fault(@Nullable Node node, String path, String text) {
        faults.add(where(node) + path + ": " + text);
    }

    private String where(@Nullable Node node) {
        return node == null || node.getStartMark() == null
                ? source + ": "
                : source + ": line " + (node.getStartMark().getLine() + 1) + ": ";
    }
}
