/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * What the table says about a path.
 *
 * @param route null when the path is known but not with this method
 * @param methods that the path has
 */
record RouteMatch(@Nullable Route route, Map<String, List<String>> parameters, SortedSet<String> methods) {}
