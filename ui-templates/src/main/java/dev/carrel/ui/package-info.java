/**
 * The pages people see: one record per page says what it needs, one template per record draws it, {@link dev.carrel.ui.Pages} is the only class
 * that knows the template engine. Style sheet, scripts and logo are {@link dev.carrel.ui.Assets}. Called by the engine on any thread; everything
 * here is immutable.
 *
 * <p>Texts of records are plain text and are escaped when drawn. Names of users and servers are given as they are; the templates make
 * addresses of them.
 */
@NullMarked
package dev.carrel.ui;

import org.jspecify.annotations.NullMarked;
