/* Copyright the Carrel authors. */
package dev.carrel.plugin;

import dev.carrel.plugin.Compute.Node;
import dev.carrel.plugin.Compute.Situation;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Where sessions go by default: they fill few machines, so that others become empty and can be ended; machines with an older image take none and
 * empty out. Nothing but arithmetic.
 */
public final class LoadingPattern {
    /** From this load of a machine on it has no room. */
    public static final double FULL = 100;
    /** From this mean load on the group needs one more machine. */
    public static final double GROW = 70;
    /** Below this mean load of the others, a machine is not needed. */
    public static final double SHRINK = 50;
    /** A machine that has just been paid for is kept for a while. */
    public static final Duration YOUNG = Duration.ofMinutes(50);

    private LoadingPattern() {}

    /** Room, and no newer image elsewhere. */
    public static boolean accepts(Situation situation) {
        Node me = situation.me();
        return me.load() < FULL && me.recentness() >= 0;
    }

    /** The fullest machine that accepts, of equal ones the first by its id; when none does, the emptiest old one with room. */
    public static Optional<String> redirect(Situation situation) {
        Optional<String> fullest = situation.nodes().stream()
                .filter(node -> node.load() < FULL && node.recentness() >= 0)
                .max(Comparator.comparingDouble(Node::load)
                        .thenComparing(Comparator.comparing(Node::instance).reversed()))
                .map(Node::instance);
        return fullest.or(() -> situation.nodes().stream()
                .filter(node -> node.load() < FULL)
                .min(Comparator.comparingDouble(Node::load).thenComparing(Node::instance))
                .map(Node::instance));
    }

    /** Whether the mean load of the machines with the newest image is {@link #GROW} or more. */
    public static boolean needsMore(Situation situation) {
        List<Node> newest = situation.nodes().stream()
                .filter(node -> node.recentness() >= 0)
                .toList();
        return newest.isEmpty() || mean(newest) >= GROW;
    }

    /**
     * Nothing runs there, it does not lead and is not the last one; and either its image is old, or it has been there for a while, its image is not newer
     * than others', and the others have room to spare.
     */
    public static boolean mayTerminate(Situation situation) {
        Node me = situation.me();
        List<Node> others =
                situation.nodes().stream().filter(node -> !node.equals(me)).toList();
        if (me.containers() > 0 || me.leader() || others.isEmpty()) {
            return false;
        }
        boolean spare = me.uptime().compareTo(YOUNG) >= 0 && mean(others) < SHRINK;
        return me.recentness() < 0 || me.recentness() == 0 && spare;
    }

    private static double mean(List<Node> nodes) {
        return nodes.stream().mapToDouble(Node::load).average().orElse(FULL);
    }
}
