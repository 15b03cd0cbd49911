/* Copyright the Carrel authors. */
package dev.carrel.chassis.settings;

import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The settings of a process, section by section. Immutable. */
public final class Settings {
    private final Map<Class<?>, Record> sections;

    Settings(Map<Class<?>, Record> sections) {
        this.sections = new LinkedHashMap<>(sections);
    }

    /** One section. */
    public <T extends Record> T section(Class<T> type) {
        Record value = sections.get(type);
        if (value == null) {
            throw new IllegalArgumentException("settings section " + type.getName() + " was not read");
        }
        return type.cast(value);
    }

    /** Every section, for binding. */
    public Map<Class<?>, Record> sections() {
        return Map.copyOf(sections);
    }

    /** A table of key, effective value and default, secrets masked, a line each. */
    public String table() {
        StringBuilder table = new StringBuilder();
        sections.forEach((type, value) -> {
            String section = SettingsReader.section(type.asSubclass(Record.class));
            for (RecordComponent component : type.getRecordComponents()) {
                Setting setting = component.getAnnotation(Setting.class);
                String shown = setting.secret() ? "*****" : show(read(component, value));
                String mark =
                        shown.equals(setting.def()) || setting.secret() ? "" : "   (default: " + setting.def() + ")";
                table.append("%-36s %s%s%n".formatted(section + "." + Keys.dashed(component.getName()), shown, mark));
            }
        });
        return table.toString();
    }

    private static Object read(RecordComponent component, Record value) {
        try {
            var accessor = component.getAccessor();
            accessor.setAccessible(true);
            return accessor.invoke(value);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("reading " + component, e);
        }
    }

    static String show(Object value) {
        return switch (value) {
            case Duration duration -> show(duration);
            case Enum<?> constant -> Values.spelling(constant);
            case List<?> list -> list.stream().map(Settings::show).toList().toString();
            default -> value.toString();
        };
    }

    private static String show(Duration duration) {
        long ms = duration.toMillis();
        if (ms % 1000 != 0 || ms == 0) {
            return ms + "ms";
        }
        long seconds = ms / 1000;
        if (seconds % 86400 == 0) {
            return seconds / 86400 + "d";
        }
        if (seconds % 3600 == 0) {
            return seconds / 3600 + "h";
        }
        return seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
    }
}
