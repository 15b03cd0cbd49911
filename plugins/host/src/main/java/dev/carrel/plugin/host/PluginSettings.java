/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import dev.carrel.plugin.Setting;
import java.io.IOException;
import java.io.Reader;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a plugin's {@code etc/plugins/ID.properties} into its record, telling every fault at once. */
final class PluginSettings {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,15})(ms|s|m|h|d)");

    private final Path file;

    PluginSettings(Path file) {
        this.file = file;
    }

    <R extends Record> R read(Class<R> type) {
        Properties given = given();
        List<String> faults = new ArrayList<>();
        RecordComponent[] components = type.getRecordComponents();
        Object[] values = new Object[components.length];
        TreeSet<String> known = new TreeSet<>();
        for (int i = 0; i < components.length; i++) {
            String key = key(components[i]);
            known.add(key);
            values[i] = value(components[i], key, given, faults);
        }
        for (String key : new TreeSet<>(given.stringPropertyNames())) {
            if (!known.contains(key)) {
                faults.add(key + ": unknown key" + Nearest.hint(key, known));
            }
        }
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException(file + ": " + String.join("; ", faults));
        }
        return make(type, components, values);
    }

    private Properties given() {
        Properties properties = new Properties();
        if (Files.exists(file)) {
            try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
                properties.load(reader);
            } catch (IOException e) {
                throw new IllegalArgumentException(file + " cannot be read: " + e.getMessage(), e);
            }
        }
        return properties;
    }

    private static String key(RecordComponent component) {
        return component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    private static @org.jspecify.annotations.Nullable Object value(
            RecordComponent component, String key, Properties given, List<String> faults) {
        Setting setting = component.getAnnotation(Setting.class);
        if (setting == null) {
            faults.add(key + ": the plugin describes it with no @Setting");
            return null;
        }
        String text = given.getProperty(key);
        if (text == null && setting.required()) {
            faults.add(key + ": is missing (" + setting.text() + ")");
            return null;
        }
        String shown = setting.secret() ? "*****" : "\"" + text + "\"";
        try {
            Object value = parse(component.getGenericType(), text == null ? setting.def() : text.strip());
            check(value, setting);
            return value;
        } catch (IllegalArgumentException e) {
            faults.add(key + ": " + shown + " (expected: " + e.getMessage() + ")");
            return null;
        }
    }

    private static Object parse(Type type, String text) {
        if (type instanceof ParameterizedType list
                && list.getRawType() == List.class
                && list.getActualTypeArguments()[0] == String.class) {
            return text.isEmpty()
                    ? List.of()
                    : Arrays.stream(text.split(",")).map(String::strip).toList();
        }
        if (!(type instanceof Class<?> simple)) {
            throw new IllegalArgumentException("a type that settings can have; " + type + " is none");
        }
        if (simple == String.class) {
            return text;
        }
        if (simple == boolean.class && (text.equals("true") || text.equals("false"))) {
            return text.equals("true");
        }
        if (simple == Duration.class) {
            return duration(text);
        }
        if (simple.isEnum()) {
            for (Object constant : simple.getEnumConstants()) {
                if (((Enum<?>) constant).name().replace('_', '-').equalsIgnoreCase(text)) {
                    return constant;
                }
            }
            throw new IllegalArgumentException("one of "
                    + String.join(
                            ", ",
                            Arrays.stream(simple.getEnumConstants())
                                    .map(c -> ((Enum<?>) c)
                                            .name()
                                            .toLowerCase(Locale.ROOT)
                                            .replace('_', '-'))
                                    .toList()));
        }
        return number(simple, text);
    }

    private static Object number(Class<?> type, String text) {
        try {
            if (type == int.class) {
                return Integer.parseInt(text);
            }
            if (type == long.class) {
                return Long.parseLong(text);
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("a whole number", e);
        }
        throw new IllegalArgumentException(
                type == boolean.class
                        ? "true or false"
                        : "a type that settings can have; " + type.getName() + " is none");
    }

    private static Duration duration(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("a time as 30s, 5m, 1h or 2d");
        }
        long amount = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
        };
    }

    private static void check(Object value, Setting setting) {
        Long size = switch (value) {
            case Integer number -> number.longValue();
            case Long number -> number;
            case Duration duration -> duration.toMillis();
            default -> null;
        };
        if (size != null && (size < setting.min() || size > setting.max())) {
            String unit = value instanceof Duration ? " ms" : "";
            throw new IllegalArgumentException(
                    (setting.min() == Long.MIN_VALUE ? "at most " : "at least " + setting.min() + unit)
                            + (setting.min() == Long.MIN_VALUE
                                    ? setting.max() + unit
                                    : setting.max() == Long.MAX_VALUE ? "" : ", at most " + setting.max() + unit));
        }
    }

    private static <R extends Record> R make(Class<R> type, RecordComponent[] components, Object[] values) {
        try {
            var constructor = type.getDeclaredConstructor(
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (java.lang.reflect.InvocationTargetException e) {
            throw new IllegalArgumentException(
                    String.valueOf(e.getCause() == null ? e : e.getCause().getMessage()), e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(type.getName() + " cannot be made: " + e, e);
        }
    }
}
