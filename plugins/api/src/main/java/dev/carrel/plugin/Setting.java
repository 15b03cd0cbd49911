/* Copyright the Carrel authors. */
package dev.carrel.plugin;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Describes one component of a record of settings. Its key is the component's name in lower case with dashes. Types: String, int, long, boolean,
 * {@link java.time.Duration} ({@code 30s}, {@code 5m}, {@code 1h}, {@code 2d}), enums, and List of String (separated by commas).
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Setting {
    /** What it does, one or two sentences. */
    String text();

    /** The default, as it would stand in the file; ignored when {@link #required}. */
    String def() default "";

    /** No default: a value must be given. */
    boolean required() default false;

    /** The least value of a number, or of a duration in milliseconds. */
    long min() default Long.MIN_VALUE;

    /** The greatest value of a number, or of a duration in milliseconds. */
    long max() default Long.MAX_VALUE;

    /** Never printed. */
    boolean secret() default false;
}
