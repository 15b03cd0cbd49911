/* Copyright the Carrel authors. */
package dev.carrel.plugin.table;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes a record a row of a table. Components may be String, int, long, boolean, double, the boxed forms of these, {@link java.time.Instant}, enums
 * and List of String; those that may be null carry {@code @Nullable} of JSpecify. A column has the component's name, in lower case with
 * underscores.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Stored {
    /** The table: a-z 0-9 and underscores, starting with a letter, at most 30. A plugin's own tables start with its id. */
    String name();
}
