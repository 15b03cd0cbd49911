/* Copyright the Carrel authors. */
package dev.carrel.plugin.table;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Part of an index: rows with the same value are found without looking at others. A component may be part of several. Type: String, int, long, Instant
 * or an enum. A row whose component is null is not in the index; an index does not keep values unique.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
@Repeatable(Indexed.All.class)
public @interface Indexed {
    /** The index: a-z 0-9 and underscores, starting with a letter, at most 20. */
    String name();

    /** Which part of the index. */
    Part part() default Part.PARTITION;

    /** Several of a component; the compiler writes it. */
    @Documented
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.RECORD_COMPONENT)
    @interface All {
        /** Each. */
        Indexed[] value();
    }
}
