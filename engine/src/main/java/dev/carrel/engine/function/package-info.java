/**
 * Published functions: what people have published, its versions, who may call it. Everything here may be called from any thread and blocks for the
 * database at most.
 */
@NullMarked
package dev.carrel.engine.function;

import org.jspecify.annotations.NullMarked;
