/* Copyright the Carrel authors. */
package dev.carrel.plugin.table;

import java.util.Optional;

/** The key of a table, with an empty name, or an index. */
public record Index(String name, Column partition, Optional<Column> sort) {}
