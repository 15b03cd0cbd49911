/* Copyright the Carrel authors. */
package dev.carrel.plugin.table;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A component of a record as a column. Values come and go in the form of its {@link Storage}. Immutable. */
public final class Column {
    private final String component;
    private final String name;
    private final Kind kind;
    private final boolean nullable;
    private final boolean keyed;
    private final int position;
    private final Map<String, Object> constants;
    private final Object zero;

    Column(String component, Class<?> type, Kind kind, boolean nullable, boolean keyed, int position) {
        this.component = component;
        this.name = component.replaceAll("([A-Z])", "_$1").toLowerCase(java.util.Locale.ROOT);
        this.kind = kind;
        this.nullable = nullable;
        this.keyed = keyed;
        this.position = position;
        this.constants = new HashMap<>();
        if (kind == Kind.ENUM) {
            for (Object constant : type.getEnumConstants()) {
                constants.put(((Enum<?>) constant).name(), constant);
            }
            this.zero = ((Enum<?>) type.getEnumConstants()[0]).name();
        } else {
            this.zero = kind.zero();
        }
    }

    /** The component's name. */
    public String component() {
        return component;
    }

    /** The column's name: a-z 0-9 and underscores, at most 60. */
    public String name() {
        return name;
    }

    /** The component's type. */
    public Kind kind() {
        return kind;
    }

    /** Whether the component may be null. */
    public boolean nullable() {
        return nullable;
    }

    /** Whether it is part of the key or an index, so that {@link Limits#KEY_BYTES} holds for it. */
    public boolean keyed() {
        return keyed;
    }

    /** Which component of the record, from 0. */
    public int position() {
        return position;
    }

    /** What rows written before this column was there hold; null when it may be null. */
    public @Nullable Object initial() {
        return nullable ? null : zero;
    }

    /** A component's value as it is kept. */
    @Nullable
    Object encode(@Nullable Object value) {
        if (value == null) {
            if (!nullable) {
                throw fault("null (expected: a value, or @Nullable on the component)");
            }
            return null;
        }
        return given(value);
    }

    /** A value that something is compared with, as it would be kept. */
    Object given(Object value) {
        try {
            return switch (kind) {
                case STRING -> text((String) value);
                case INT, LONG -> ((Number) whole(value)).longValue();
                case BOOLEAN -> ((Boolean) value) ? 1L : 0L;
                case DOUBLE -> real((Double) value);
                case INSTANT -> ((Instant) value).toEpochMilli();
                case ENUM -> constant(value);
                case LIST -> list((List<?>) value);
            };
        } catch (ClassCastException e) {
            throw fault("a " + value.getClass().getName() + " (expected: " + kind + ")", e);
        } catch (ArithmeticException e) {
            throw fault(value + " (expected: a moment that fits 64 bits of milliseconds)", e);
        }
    }

    private static Object whole(Object value) {
        return value instanceof Integer ? value : (Long) value;
    }

    private String text(String text) {
        int bytes = measured(text);
        if (keyed && (bytes == 0 || bytes > Limits.KEY_BYTES)) {
            throw fault(bytes + " bytes (expected: 1 to " + Limits.KEY_BYTES + " in a key or an index)");
        }
        return text;
    }

    /** A prefix may be empty where a key may not. */
    String prefix(Object value) {
        if (kind != Kind.STRING || !(value instanceof String text)) {
            throw fault("begins-with is for texts");
        }
        measured(text);
        return text;
    }

    private int measured(String text) {
        try {
            return TextOrder.bytes(text);
        } catch (IllegalArgumentException e) {
            throw fault(String.valueOf(e.getMessage()), e);
        }
    }

    private Double real(Double value) {
        if (!Double.isFinite(value)) {
            throw fault(value + " (expected: a finite number)");
        }
        // Some databases keep the negative zero and some do not.
        return value + 0.0;
    }

    private String constant(Object value) {
        String constant = ((Enum<?>) value).name();
        if (!value.equals(constants.get(constant))) {
            throw fault("a " + value.getClass().getName() + " (expected: one of " + constants.keySet() + ")");
        }
        return constant;
    }

    private String list(List<?> value) {
        List<String> texts = new ArrayList<>(value.size());
        for (Object text : value) {
            if (!(text instanceof String known)) {
                throw fault(text + " in the list (expected: texts)");
            }
            measured(known);
            texts.add(known);
        }
        return Json.write(texts);
    }

    /**
     * A kept value as the component's.
     *
     * @throws DatabaseException when the database holds what this version of the record cannot hold
     */
    @Nullable
    Object decode(@Nullable Object kept) {
        if (kept == null) {
            return nullable ? null : decode(zero);
        }
        return switch (kind) {
            case STRING -> kept;
            case INT -> small((Long) kept);
            case LONG -> kept;
            case BOOLEAN -> (Long) kept != 0;
            case DOUBLE -> kept;
            case INSTANT -> Instant.ofEpochMilli((Long) kept);
            case ENUM -> known((String) kept);
            case LIST -> texts((String) kept);
        };
    }

    private Integer small(Long kept) {
        if (kept.intValue() != kept) {
            throw new DatabaseException("column " + name + " holds " + kept + ", too much for an int", false);
        }
        return kept.intValue();
    }

    private Object known(String kept) {
        Object constant = constants.get(kept);
        if (constant == null) {
            throw new DatabaseException(
                    "column " + name + " holds " + kept + ", which this version does not know (it knows "
                            + String.join(
                                    ", ", constants.keySet().stream().sorted().toList()) + ")",
                    false);
        }
        return constant;
    }

    private List<String> texts(String kept) {
        try {
            return Json.texts(kept);
        } catch (IllegalArgumentException e) {
            throw new DatabaseException("column " + name + " holds no list: " + e.getMessage(), false, e);
        }
    }

    IllegalArgumentException fault(String what) {
        return new IllegalArgumentException(component + ": " + what);
    }

    private IllegalArgumentException fault(String what, Throwable cause) {
        return new IllegalArgumentException(component + ": " + what, cause);
    }

    /** How many bytes of {@link Limits#ROW_BYTES} a kept value takes. */
    static int size(@Nullable Object kept) {
        return kept instanceof String text ? TextOrder.bytes(text) : 8;
    }

    @Override
    public String toString() {
        return component + " " + kind;
    }
}
