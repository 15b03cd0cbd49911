/**
 * What is said in the place of a session or of the engine: an HTML page with the one button that helps, or JSON with the same reason. Pure functions;
 * any thread.
 */
@NullMarked
package dev.carrel.router.page;

import org.jspecify.annotations.NullMarked;
