/* Copyright the Carrel authors. */
/** The plugin {@code usage-accounting}: a row for each session that has ended, sums of them by person, image and day, as a section, CSV and JSON. */
@NullMarked
package dev.carrel.plugin.usage;

import org.jspecify.annotations.NullMarked;
