/* Copyright the Carrel authors. */
package dev.carrel.plugin.table;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The component that tells rows apart, or one of two: a partition and, within it, a sort component. Type: String, int, long, Instant or an enum; never
 * null.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Key {
    /** Which part of the key. */
    Part value() default Part.PARTITION;
}
