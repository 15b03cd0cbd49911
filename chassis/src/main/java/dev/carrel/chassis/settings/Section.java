/* Copyright the Carrel authors. */
package dev.carrel.chassis.settings;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Marks a record as the settings of one concern: a top-level key of the YAML file. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Section {
    /** The top-level key. */
    String value();

    /** One sentence for the reference page. */
    String text();

    /** Keys that an earlier version had here, each as {@code key: where it is now}; whoever still gives one is told. */
    String[] moved() default {};
}
