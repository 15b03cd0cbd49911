/**
 * What every store promises about failing. The stores themselves are interfaces in the packages that need them; {@code database} implements
 * them all. Any thread.
 */
@NullMarked
package dev.carrel.engine.store;

import org.jspecify.annotations.NullMarked;
