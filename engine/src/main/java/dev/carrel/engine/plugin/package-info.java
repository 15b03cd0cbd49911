/* Copyright the Carrel authors. */
/** What plugins add to the engine: their paths, their sections of pages, their periodic work. The host itself is {@code plugins/host}. */
@org.jspecify.annotations.NullMarked
package dev.carrel.engine.plugin;
