/* Copyright the Carrel authors. */
/**
 * Tables of records, whatever database holds them. A table is defined once, by the annotations on a record; {@link dev.carrel.plugin.table.RowShape} reads
 * and judges them for every database. docs/tables.md shows how to define and use one.
 *
 * <p>Promises that hold on every database:
 *
 * <ul>
 *   <li>Text is compared and ordered by the bytes of its UTF-8 form: case matters, no language's rules apply, trailing spaces count, and characters
 *       beyond U+FFFF come after all others. {@link String#compareTo} orders those differently. Enums are ordered as their names.
 *   <li>Moments are kept in whole milliseconds; what is finer is cut off when it is written or compared.
 *   <li>What does not fit ({@link dev.carrel.plugin.table.Limits}) is refused with {@link IllegalArgumentException} before anything is written.
 *   <li>A call returns or fails within the database's deadlines. It fails with {@link dev.carrel.plugin.table.DatabaseException} alone, which says
 *       whether to try again.
 * </ul>
 */
@org.jspecify.annotations.NullMarked
package dev.carrel.plugin.table;
