/* Copyright the Carrel authors. */
package dev.carrel.plugin.table;

import java.util.Optional;

/** The types that a component may have, and how they are kept. */
public enum Kind {
    /** String. */
    STRING(Storage.TEXT),
    /** int. */
    INT(Storage.WHOLE),
    /** long. */
    LONG(Storage.WHOLE),
    /** boolean: 0 or 1. */
    BOOLEAN(Storage.WHOLE),
    /** double. */
    DOUBLE(Storage.REAL),
    /** Instant: milliseconds since 1970. */
    INSTANT(Storage.WHOLE),
    /** An enum: the constant's name. */
    ENUM(Storage.TEXT),
    /** List of String: JSON. */
    LIST(Storage.TEXT);

    private final Storage storage;

    Kind(Storage storage) {
        this.storage = storage;
    }

    /** How it is kept. */
    public Storage storage() {
        return storage;
    }

    /** What a component holds that was not there when its row was written. */
    Object zero() {
        return switch (storage) {
            case TEXT -> this == LIST ? "[]" : "";
            case WHOLE -> 0L;
            case REAL -> 0.0;
        };
    }

    /** Whether it may be part of a key or an index. */
    boolean keyable() {
        return this != BOOLEAN && this != DOUBLE && this != LIST;
    }

    static Optional<Kind> of(Class<?> type) {
        if (type == String.class) {
            return Optional.of(STRING);
        } else if (type == int.class || type == Integer.class) {
            return Optional.of(INT);
        } else if (type == long.class || type == Long.class) {
            return Optional.of(LONG);
        } else if (type == boolean.class || type == Boolean.class) {
            return Optional.of(BOOLEAN);
        } else if (type == double.class || type == Double.class) {
            return Optional.of(DOUBLE);
        } else if (type == java.time.Instant.class) {
            return Optional.of(INSTANT);
        } else if (type.isEnum() && type.getEnumConstants().length > 0) {
            return Optional.of(ENUM);
        }
        return type == java.util.List.class ? Optional.of(LIST) : Optional.empty();
    }
}
