/* Copyright the Carrel authors. */
package dev.carrel.router.route;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * The routes by path and by session host. Look-ups from any thread, without locks; changes one at a time through {@link RouteStore}.
 *
 * <p>The longest prefix is found by asking for the path's prefixes, longest first, and no deeper than the deepest route, so a hostile path of
 * a thousand slashes costs no more than an honest one.
 */
public final class RouteTable {
    private final Map<String, Route> byPath = new ConcurrentHashMap<>();
    private final Map<String, Route> byHost = new ConcurrentHashMap<>();
    private final List<Consumer<String>> watchers = new CopyOnWriteArrayList<>();
    private volatile int deepest = 1;
    private volatile Consumer<Route> leave = _ -> {};

    /** Who is told of a route that was removed, or replaced by one that leads elsewhere or to another session. */
    public void onLeave(Consumer<Route> listener) {
        leave = listener;
    }

    /** The route whose path is the longest prefix, segment by segment, of a decoded path. */
    public Optional<Route> match(String decoded) {
        String prefix = cut(decoded);
        while (prefix.length() > 1) {
            Route route = byPath.get(prefix);
            if (route != null) {
                return Optional.of(route);
            }
            prefix = prefix.substring(0, Math.max(0, prefix.lastIndexOf('/')));
        }
        return Optional.ofNullable(byPath.get("/"));
    }

    /** The session which has an origin of this host, its own or a port's; lower case, no port. */
    public Optional<Route> host(String host) {
        return Optional.ofNullable(byHost.get(host));
    }

    /** The route with exactly this key. */
    public Optional<Route> get(String key) {
        return Optional.ofNullable(byPath.get(key));
    }

    /** All routes, in no order. */
    public Collection<Route> all() {
        return List.copyOf(byPath.values());
    }

    /** How many there are. */
    public int size() {
        return byPath.size();
    }

    /**
     * Has somebody told whenever a session's route was added, replaced or removed.
     *
     * @param watcher takes the session's host; called by whoever changes the table, so it must only signal
     */
    public void onChange(Consumer<String> watcher) {
        watchers.add(watcher);
    }

    /** Adds a route or replaces the one at its path. Synchronised by the caller. */
    void put(Route route) {
        Route before = byPath.put(route.path(), route);
        route.session().ifPresent(session -> {
            byHost.put(session.host(), route);
            session.ports().values().forEach(port -> byHost.put(port.host(), route));
        });
        if (before != null) {
            forgetHost(before);
            if (!before.sameDestination(route)) {
                leave.accept(before);
            }
        }
        deepest = Math.max(deepest, depth(route.path()));
        tell(route);
    }

    /** Removes the route at a path; false when there is none. Synchronised by the caller. */
    boolean remove(String key) {
        Route before = byPath.remove(key);
        if (before == null) {
            return false;
        }
        forgetHost(before);
        tell(before);
        leave.accept(before);
        return true;
    }

    private void tell(Route route) {
        route.session().ifPresent(session -> watchers.forEach(watcher -> watcher.accept(session.host())));
    }

    private void forgetHost(Route route) {
        route.session().ifPresent(session -> {
            byHost.remove(session.host(), route);
            session.ports().values().forEach(port -> byHost.remove(port.host(), route));
        });
    }

    private String cut(String path) {
        int depth = 0;
        for (int at = 1; at < path.length(); at++) {
            if (path.charAt(at) == '/' && ++depth == deepest) {
                return path.substring(0, at);
            }
        }
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    private static int depth(String key) {
        return (int) key.chars().filter(c -> c == '/').count();
    }
}
