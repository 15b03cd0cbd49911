/* Copyright the Carrel authors. */
/** The plugin {@code usage-accounting}: a row for each session that has ended, for the calls of a function in a span of time and for each run of a task; sums of them by person, image and day, as a section, CSV and JSON. */
@NullMarked
package dev.carrel.plugin.usage;

import org.jspecify.annotations.NullMarked;
