/* Copyright the Carrel authors. */
package dev.carrel.plugin.table;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The one long that counts the writes of a row. The table sets it: 1 when a row is inserted, one more at each write; {@link Table#replace} succeeds
 * only while the stored version is the row's.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Version {}
