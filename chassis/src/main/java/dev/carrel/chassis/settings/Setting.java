/* Copyright the Carrel authors. */
package dev.carrel.chassis.settings;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Describes one component of a {@link Section} record (or of a record nested in one). Its key is the component's name in lower case with
 * dashes; the environment variable {@code CARREL_SECTION_KEY} overrides the file.
 *
 * <p>Types: String, int, long, boolean, {@link java.time.Duration} ({@code 30s}), {@link DataSize} ({@code 2GiB}), {@link java.nio.file.Path}, enums,
 * List of those, and List of records.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Setting {
    /** What it does, one or two sentences, for the reference page. */
    String text();

    /** The default as it would stand in the file; {@code [a, b]} for lists. Ignored when {@link #required}. */
    String def() default "";

    /** No default: a value must be given. */
    boolean required() default false;

    /** The least value of a number, a duration in milliseconds or a size in bytes. */
    long min() default Long.MIN_VALUE;

    /** The greatest value of a number, a duration in milliseconds or a size in bytes. */
    long max() default Long.MAX_VALUE;

    /** A regular expression that a text must match; empty for none. */
    String pattern() default "";

    /** Never printed. */
    boolean secret() default false;
}
