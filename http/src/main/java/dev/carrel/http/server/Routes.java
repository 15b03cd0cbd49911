/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The route table and the filters before it. Immutable once built; any thread.
 *
 * <p>A pattern is a path whose segments are literal, {@code {name}} (exactly one segment, not empty) or, as the last, {@code {name...}} (all the
 * rest, even none). Where several patterns fit a path the most specific one wins, decided from left to right: literal before {@code {name}}
 * before {@code {name...}}. The path alone decides; if its pattern lacks the method the answer is 405, never a less specific pattern. HEAD is
 * answered by GET's handler, OPTIONS by the table, unless there are routes for them.
 */
public final class Routes {
    private final List<Route> all;
    private final List<Filter> filters;
    private final RouteTree tree;

    private Routes(List<Route> all, List<Filter> filters, RouteTree tree) {
        this.all = all;
        this.filters = filters;
        this.tree = tree;
    }

    /** An empty table to be filled. */
    public static Builder builder() {
        return new Builder();
    }

    /** Every route in the order of registration: the inventory, for tests that must miss none. */
    public List<Route> all() {
        return all;
    }

    List<Filter> filters() {
        return filters;
    }

    /** Null when no pattern fits the path. */
    @Nullable
    RouteMatch match(String method, RequestPath path) {
        return tree.match(method, path.segments());
    }

    /** Fills a table. One thread. */
    public static final class Builder {
        private final List<Route> routes = new ArrayList<>();
        private final List<Filter> filters = new ArrayList<>();
        private final RouteTree tree = new RouteTree();

        private Builder() {}

        /** Adds a filter after those already there. */
        public Builder filter(Filter filter) {
            filters.add(filter);
            return this;
        }

        /**
         * Adds a route.
         *
         * @throws IllegalArgumentException when the pattern is malformed or another route has the same method and shape
         */
        public Builder route(String method, String pattern, RouteOptions options, Handler handler) {
            if (method.isEmpty() || !method.equals(method.toUpperCase(Locale.ROOT))) {
                throw new IllegalArgumentException("method: " + method + " (expected: capitals)");
            }
            Route route = new Route(method, pattern, options, handler);
            tree.add(route);
            routes.add(route);
            return this;
        }

        /** Adds a GET (and HEAD) route. */
        public Builder get(String pattern, Handler handler) {
            return route("GET", pattern, RouteOptions.DEFAULT, handler);
        }

        /** Adds a GET (and HEAD) route. */
        public Builder get(String pattern, RouteOptions options, Handler handler) {
            return route("GET", pattern, options, handler);
        }

        /** Adds a POST route. */
        public Builder post(String pattern, Handler handler) {
            return route("POST", pattern, RouteOptions.DEFAULT, handler);
        }

        /** Adds a POST route. */
        public Builder post(String pattern, RouteOptions options, Handler handler) {
            return route("POST", pattern, options, handler);
        }

        /** Adds all routes of another table, without its filters. */
        public Builder routesOf(Routes other) {
            other.all.forEach(route -> route(route.method(), route.pattern(), route.options(), route.handler()));
            return this;
        }

        /** The table. The builder must not be used afterwards. */
        public Routes build() {
            return new Routes(List.copyOf(routes), List.copyOf(filters), tree);
        }
    }
}
