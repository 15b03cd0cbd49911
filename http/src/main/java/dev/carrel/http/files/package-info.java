/* Copyright the Carrel authors. */
/**
 * Serves files that do not change while the program runs, or seldom: scripts, styles and pictures from the class path or a folder. The handler
 * runs on the request's virtual thread and may block; the caches are shared by all.
 */
@NullMarked
package dev.carrel.http.files;

import org.jspecify.annotations.NullMarked;
