/* Copyright the Carrel authors. */
package dev.carrel.plugin.usage;

/** Something that was used, under the day on which that ended. */
sealed interface Row permits SessionRow, FunctionRow, TaskRow {
    /** {@code 2026-03-01}. */
    String day();

    /** Who is charged for it. */
    String user();

    /** What ran. */
    String image();

    /** How much of it. */
    Amount amount();
}
