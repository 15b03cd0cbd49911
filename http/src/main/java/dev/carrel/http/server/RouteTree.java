/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Patterns as a tree, one level per segment. Written by one thread, then read by any. */
final class RouteTree {
    private final Node root = new Node();

    private static final class Node {
        private final Map<String, Node> literals = new HashMap<>();
        private @Nullable Node parameter;
        private @Nullable Node rest;
        private final TreeMap<String, Row> rows = new TreeMap<>();
    }

    private record Row(Route route, List<String> names) {}

    void add(Route route) {
        String pattern = route.pattern();
        if (!pattern.startsWith("/")) {
            throw bad(pattern, "a slash at the beginning");
        }
        List<String> names = new ArrayList<>();
        Node node = root;
        String[] parts = pattern.substring(1).split("/", -1);
        for (int at = 0; at < parts.length; at++) {
            String part = parts[at];
            node = part.startsWith("{")
                    ? named(node, part, at == parts.length - 1, names, pattern)
                    : literal(node, part, pattern);
        }
        Row before = node.rows.putIfAbsent(route.method(), new Row(route, List.copyOf(names)));
        if (before != null) {
            throw new IllegalArgumentException("route " + route.method() + " " + pattern
                    + " (expected: one per method and shape; " + before.route.pattern() + " is there already)");
        }
    }

    private static Node literal(Node node, String part, String pattern) {
        if (part.indexOf('{') >= 0 || part.indexOf('}') >= 0 || part.indexOf('%') >= 0) {
            throw bad(pattern, "segments that are literal, {name} or {name...}");
        }
        return node.literals.computeIfAbsent(part, _ -> new Node());
    }

    private static Node named(Node node, String part, boolean last, List<String> names, String pattern) {
        boolean tail = part.endsWith("...}");
        String name = part.substring(1, part.length() - (tail ? 4 : 1));
        boolean wellFormed = part.endsWith("}") && name.matches("[a-z][a-zA-Z0-9_]*") && !names.contains(name);
        if (!wellFormed || tail && !last) {
            throw bad(pattern, "distinct {name}s, and {name...} only at the end");
        }
        names.add(name);
        return tail ? rest(node) : parameter(node);
    }

    @Nullable
    RouteMatch match(String method, List<String> segments) {
        List<List<String>> values = new ArrayList<>();
        Node node = find(root, segments, 0, values);
        if (node == null) {
            return null;
        }
        Row row = node.rows.get(method);
        if (row == null && method.equals("HEAD")) {
            row = node.rows.get("GET");
        }
        TreeSet<String> methods = new TreeSet<>(node.rows.keySet());
        methods.add("OPTIONS");
        if (methods.contains("GET")) {
            methods.add("HEAD");
        }
        Map<String, List<String>> parameters = new HashMap<>();
        if (row != null) {
            for (int at = 0; at < row.names.size(); at++) {
                parameters.put(row.names.get(at), values.get(at));
            }
        }
        return new RouteMatch(row == null ? null : row.route, Map.copyOf(parameters), methods);
    }

    private static @Nullable Node find(Node node, List<String> segments, int at, List<List<String>> values) {
        if (at == segments.size()) {
            if (!node.rows.isEmpty()) {
                return node;
            }
            return takeRest(node, segments, at, values);
        }
        String segment = segments.get(at);
        Node literal = node.literals.get(segment);
        Node found = literal == null ? null : find(literal, segments, at + 1, values);
        if (found == null && node.parameter != null && !segment.isEmpty()) {
            values.add(List.of(segment));
            found = find(node.parameter, segments, at + 1, values);
            if (found == null) {
                values.removeLast();
            }
        }
        return found == null ? takeRest(node, segments, at, values) : found;
    }

    private static @Nullable Node takeRest(Node node, List<String> segments, int at, List<List<String>> values) {
        if (node.rest == null) {
            return null;
        }
        values.add(List.copyOf(segments.subList(at, segments.size())));
        return node.rest;
    }

    private static Node parameter(Node node) {
        if (node.parameter == null) {
            node.parameter = new Node();
        }
        return node.parameter;
    }

    private static Node rest(Node node) {
        if (node.rest == null) {
            node.rest = new Node();
        }
        return node.rest;
    }

    private static IllegalArgumentException bad(String pattern, String expected) {
        return new IllegalArgumentException("route pattern: " + pattern + " (expected: " + expected + ")");
    }
}
