/**
 * Typed settings: records whose components carry key, default, limits and text in one place. One reader of that metadata feeds the binder, the
 * error report, the table at start and the reference page. Used at start, on the starting thread.
 */
@NullMarked
package dev.carrel.chassis.settings;

import org.jspecify.annotations.NullMarked;
