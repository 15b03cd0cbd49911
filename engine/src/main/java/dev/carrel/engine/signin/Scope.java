/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

import dev.carrel.protocol.name.Printable;
import dev.carrel.protocol.name.ServerName;
import dev.carrel.protocol.name.UserName;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * One permission in JupyterHub's spelling: a name and perhaps a filter, {@code servers!user=ada}.
 *
 * @param name what may be done
 * @param filter to whom or what; empty for everybody
 */
public record Scope(String name, String filter) {
    /** What each name contains besides itself, one level down. */
    private static final Map<String, List<String>> CONTAINS = Map.ofEntries(
            Map.entry("admin:users", List.of("users", "delete:users", "read:users")),
            Map.entry("delete:users", List.of()),
            Map.entry("users", List.of("read:users", "list:users", "users:activity")),
            Map.entry("list:users", List.of("read:users:name")),
            Map.entry("read:users", List.of("read:users:name", "read:users:activity")),
            Map.entry("read:users:name", List.of()),
            Map.entry("read:users:activity", List.of()),
            Map.entry("users:activity", List.of("read:users:activity")),
            Map.entry("admin:servers", List.of("servers")),
            Map.entry("servers", List.of("read:servers", "start:servers", "delete:servers")),
            Map.entry("start:servers", List.of("read:servers")),
            Map.entry("delete:servers", List.of("read:servers")),
            Map.entry("read:servers", List.of("read:users:name")),
            Map.entry("tokens", List.of("read:tokens")),
            Map.entry("read:tokens", List.of()),
            Map.entry("access:servers", List.of("read:users:name")),
            Map.entry("shares", List.of("read:users:name")),
            Map.entry("functions", List.of("read:functions", "call:functions")),
            Map.entry("read:functions", List.of()),
            Map.entry("call:functions", List.of()),
            Map.entry("read:hub", List.of()));

    /** What a person may do to their own account and servers. */
    private static final List<String> OWN =
            List.of("users", "servers", "tokens", "access:servers", "shares", "functions");
    /** Into a session, and to let others into a part of it: nobody may on another's, whatever their role. */
    private static final Set<String> ENTERING = Set.of("access:servers", "shares");
    /** Filters other than {@code !user} make no sense for these. */
    private static final Set<String> ALL_OF_OWNER = Set.of("inherit", "self");

    /** Everything its owner may. */
    public static final Scope INHERIT = new Scope("inherit", "");

    /**
     * Reads a scope.
     *
     * @throws Refusal when there is no such scope, naming the nearest
     */
    public static Scope parse(String text) {
        String[] parts = text.strip().split("!", 2);
        String name = parts[0].toLowerCase(Locale.ROOT);
        boolean known = CONTAINS.containsKey(name) || ALL_OF_OWNER.contains(name);
        if (!known) {
            TreeSet<String> all = new TreeSet<>(CONTAINS.keySet());
            all.addAll(ALL_OF_OWNER);
            Optional<String> nearest = all.stream().min(Comparator.comparingInt(k -> distance(k, name)));
            throw new Refusal(
                    Refusal.Kind.INVALID,
                    "scope: " + Printable.quote(text) + " (did you mean " + nearest.orElse("inherit") + "? known: "
                            + String.join(", ", all) + ")");
        }
        if (parts.length == 1) {
            return new Scope(name, "");
        }
        Optional<String> filter = ALL_OF_OWNER.contains(name) ? Optional.empty() : filter(name, parts[1]);
        return new Scope(
                name,
                filter.orElseThrow(
                        () -> new Refusal(
                                Refusal.Kind.INVALID,
                                "scope: " + Printable.quote(text)
                                        + " (expected after !: user, user=NAME or, for scopes of servers, server=NAME/SERVER; inherit and self stand alone)")));
    }

    /** A filter with its names in their normal form; empty when it is none. */
    private static Optional<String> filter(String name, String text) {
        try {
            if (text.equals("user")) {
                return Optional.of(text);
            }
            if (text.startsWith("user=")) {
                return Optional.of("user=" + UserName.of(text.substring(5)));
            }
            int slash = text.indexOf('/');
            // Elsewhere "the default server" would be taken for "the account".
            boolean ofServers = name.equals("servers") || name.endsWith(":servers") || name.equals("shares");
            if (ofServers && slash > 0 && text.startsWith("server=")) {
                return Optional.of("server=" + UserName.of(text.substring(7, slash)) + "/"
                        + new ServerName(text.substring(slash + 1)));
            }
            return Optional.empty();
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** Whether a holder of this scope, whose owner is {@code owner}, may do {@code wanted} to a user's server. */
    boolean allows(String wanted, String owner, String user, String server) {
        if (ALL_OF_OWNER.contains(name)) {
            return name.equals("inherit") || owner.equals(user);
        }
        return contains(name, wanted) && covers(owner, user, server);
    }

    /** Whether a person may do this to their own account. */
    static boolean own(String wanted) {
        return OWN.stream().anyMatch(name -> contains(name, wanted));
    }

    /** Whether this leads into a session: its owner's alone. */
    static boolean entering(String wanted) {
        return ENTERING.contains(wanted);
    }

    private boolean covers(String owner, String user, String server) {
        if (filter.isEmpty()) {
            return true;
        }
        if (filter.equals("user")) {
            return owner.equals(user);
        }
        return filter.equals("user=" + user) || filter.equals("server=" + user + "/" + server);
    }

    private static boolean contains(String outer, String wanted) {
        return outer.equals(wanted)
                || CONTAINS.getOrDefault(outer, List.of()).stream().anyMatch(inner -> contains(inner, wanted));
    }

    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        Arrays.setAll(row, i -> i);
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                row[j] = Math.min(diagonal + change, Math.min(above, row[j - 1]) + 1);
                diagonal = above;
            }
        }
        return row[b.length()];
    }

    /** Its spelling. */
    @Override
    public String toString() {
        return filter.isEmpty() ? name : name + "!" + filter;
    }
}
