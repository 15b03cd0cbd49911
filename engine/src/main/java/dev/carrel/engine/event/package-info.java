/* Copyright the Carrel authors. */
/** What happens, for whoever wants to know: published where it is stored, told to listeners on threads of their own. */
@NullMarked
package dev.carrel.engine.event;

import org.jspecify.annotations.NullMarked;
