/* Copyright the Carrel authors. */
package dev.carrel.chassis.settings;

import java.lang.reflect.RecordComponent;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Turns one scalar text into a value of a component's type, within its limits. */
final class Values {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,12})\\s*(ms|s|m|h|d)");

    private Values() {}

    /**
     * Reads a scalar.
     *
     * @throws IllegalArgumentException whose message is the value and what was expected
     */
    static Object parse(Class<?> type, String text, Setting setting) {
        if (type == String.class) {
            return matching(text, setting);
        }
        if (type == int.class) {
            return Math.toIntExact(number(text, setting, Integer.MIN_VALUE, Integer.MAX_VALUE));
        }
        if (type == long.class) {
            return number(text, setting, Long.MIN_VALUE, Long.MAX_VALUE);
        }
        if (type == boolean.class) {
            return switch (text) {
                case "true" -> true;
                case "false" -> false;
                default -> throw expected(text, "true or false");
            };
        }
        if (type == Duration.class) {
            return duration(text, setting);
        }
        if (type == DataSize.class) {
            DataSize size = DataSize.parse(text);
            range(
                    text,
                    size.bytes(),
                    setting.min(),
                    setting.max(),
                    new DataSize(Math.max(0, setting.min())) + " or more");
            return size;
        }
        if (type == Path.class) {
            try {
                return Path.of(text);
            } catch (InvalidPathException e) {
                throw expected(text, "a path");
            }
        }
        if (type.isEnum()) {
            return constant(type, text);
        }
        throw new IllegalStateException("settings type " + type + " is not supported");
    }

    static boolean scalar(RecordComponent component) {
        Class<?> type = component.getType();
        return !java.util.List.class.isAssignableFrom(type) && !type.isRecord() || type == DataSize.class;
    }

    private static String matching(String text, Setting setting) {
        if (!setting.pattern().isEmpty() && !text.matches(setting.pattern())) {
            throw expected(text, "a text of the form " + setting.pattern());
        }
        return text;
    }

    private static long number(String text, Setting setting, long least, long most) {
        long min = Math.max(least, setting.min());
        long max = Math.min(most, setting.max());
        String form = "a whole number, " + min + ".." + max;
        try {
            long value = Long.parseLong(text.replace("_", ""));
            range(text, value, min, max, form);
            return value;
        } catch (NumberFormatException e) {
            throw expected(text, form);
        }
    }

    private static Duration duration(String text, Setting setting) {
        Matcher matcher = DURATION.matcher(text.strip());
        if (!matcher.matches()) {
            throw expected(text, "a time as 500ms, 30s, 10m, 12h or 7d");
        }
        long amount = Long.parseLong(matcher.group(1));
        Duration duration = switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
        };
        range(
                text,
                duration.toMillis(),
                setting.min(),
                setting.max(),
                "between " + Math.max(0, setting.min()) + " ms and " + setting.max() + " ms");
        return duration;
    }

    private static void range(String text, long value, long min, long max, String form) {
        if (value < min || value > max) {
            throw expected(text, form);
        }
    }

    private static Object constant(Class<?> type, String text) {
        return Arrays.stream(type.getEnumConstants())
                .filter(c -> spelling(c).equals(text))
                .findFirst()
                .orElseThrow(() -> expected(
                        text,
                        Arrays.stream(type.getEnumConstants())
                                .map(Values::spelling)
                                .collect(Collectors.joining(", "))));
    }

    static String spelling(Object constant) {
        return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static IllegalArgumentException expected(String text, String what) {
        return new IllegalArgumentException("\"" + text + "\" (expected: " + what + ")");
    }
}
