/* Copyright the Carrel authors. */
package dev.carrel.plugin;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Knows the machines that Carrel runs on: feature {@code compute}. One machine of its own or a group in somebody's cloud. Called by every engine, now and then
 * many times at once; at most 20 s each. The decisions are those of {@link LoadingPattern} unless a plugin makes its own.
 *
 * <p>Errors are {@link PluginException}s with these codes: {@link #DENIED} (permanent until the settings change), {@link #DOWN} (temporary: no answer, throttled),
 * {@link #UNKNOWN} (permanent: no such machine in the group), {@link #LIMIT} (the group may have no more, or no fewer, machines).
 */
public non-sealed interface Compute extends Extension {
    /** The service does not let us do it. */
    String DENIED = "compute.denied";
    /** The service does not answer, or not now. */
    String DOWN = "compute.down";
    /** There is no such machine. */
    String UNKNOWN = "compute.unknown";
    /** No more machines, or no fewer, than the group may have. */
    String LIMIT = "compute.limit";

    /** So long a published measure counts. */
    Duration FRESH = Duration.ofMinutes(10);

    /** Which service, for logs and pages: its kind and place, no credentials. */
    String name();

    /** What all machines of this installation have in common, and no other's: a-z 0-9 and dashes, at most 50. Always the same. */
    String installId();

    /** The machine that asks. Always the same but for what may change of an instance. */
    Instance self();

    /** Every machine of the group that starts or runs, this one among them, by its id. */
    List<Instance> instances();

    /**
     * Writes down how this machine is. Every engine does so every few minutes.
     *
     * @param measures 1 to 20, no name twice
     */
    void publish(List<Measure> measures);

    /** The latest value of a measure of each machine of the group that has published it within {@link #FRESH}, by the machine's id. */
    Map<String, Double> latest(String measure);

    /** The mean over all machines of the group; empty when none has published it. */
    default OptionalDouble average(String measure) {
        return latest(measure).values().stream()
                .mapToDouble(Double::doubleValue)
                .average();
    }

    /**
     * How recent a machine's image is: -1 when another machine has a newer one, 1 when it is newer than another's and none is newer, 0 when all have the
     * same, or it is not known.
     *
     * @throws PluginException {@link #UNKNOWN}
     */
    int recentness(String instance);

    /**
     * Ends a machine for good, and makes the group smaller by it. May be repeated; a machine that is gone already is no error. Returns once the service has
     * taken the order, so that the machine that asks for its own end still gets the answer.
     */
    void terminate(String instance);

    /** Whether this machine takes one more session. */
    default boolean accepts(Situation situation) {
        return LoadingPattern.accepts(situation);
    }

    /** The machine that somebody's next session is to run on; empty when none has room. */
    default Optional<String> redirect(Situation situation) {
        return LoadingPattern.redirect(situation);
    }

    /** Whether this machine, on which nothing may run any more, is not needed. */
    default boolean mayTerminate(Situation situation) {
        return LoadingPattern.mayTerminate(situation);
    }

    /** Optional: a group whose size can be changed. */
    interface Scaling {
        /** How many machines the group may have. Asked now and then. */
        Bounds bounds();

        /**
         * Asks for more machines. May be repeated under the same id, which is done once; at most once in the service's own pause, in which further ones are
         * refused with {@link Compute#DOWN} and the time left.
         *
         * @param id the caller's, new for each wish: A-Z a-z 0-9 and dashes, 8 to 64
         * @param machines 1 or more
         * @throws PluginException {@link Compute#LIMIT} when there would be more than may be; then none is added
         */
        void grow(String id, int machines);

        /** Keeps the service from ending a machine by itself, or no longer. May be repeated. */
        void protect(String instance, boolean on);
    }

    /**
     * How many machines a group may have.
     *
     * @param least 0 or more
     * @param wanted what the service aims at now
     */
    record Bounds(int least, int wanted, int most) {}

    /**
     * A machine.
     *
     * @param id the service's
     * @param publicHost a name or address by which the world reaches it; empty for none
     * @param localHost a name or address by which the others of the group reach it
     * @param image the name of what it was started from; empty when it is not known
     * @param protectedFromScaleIn whether the service would not end it by itself
     */
    record Instance(
            String id,
            String publicHost,
            String publicAddress,
            String localHost,
            String localAddress,
            String image,
            Instant started,
            boolean protectedFromScaleIn) {}

    /** What measures are counted in. */
    enum Unit {
        /** Things. */
        COUNT,
        /** Hundredths; may exceed 100. */
        PERCENT,
        /** Seconds. */
        SECONDS
    }

    /**
     * How much of something.
     *
     * @param name A-Z a-z 0-9, at most 50
     * @param value finite
     */
    record Measure(String name, Unit unit, double value) {
        private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9]{0,49}");

        /** Refuses what not every service could keep. */
        public Measure {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException("measure: \"" + name + "\" (expected: A-Z a-z 0-9, at most 50)");
            }
            if (!Double.isFinite(value)) {
                throw new IllegalArgumentException("measure " + name + ": " + value + " (expected: a number)");
            }
        }

        /** Refuses a list that is none. */
        public static List<Measure> checked(List<Measure> measures) {
            long names = measures.stream().map(Measure::name).distinct().count();
            if (measures.isEmpty() || measures.size() > 20 || names < measures.size()) {
                throw new IllegalArgumentException("measures: " + measures + " (expected: 1 to 20, no name twice)");
            }
            return List.copyOf(measures);
        }
    }

    /**
     * What is known when a decision is made.
     *
     * @param self the id of the machine that asks; one of the nodes
     * @param nodes every machine that answers
     */
    record Situation(String self, List<Node> nodes) {
        /** Copies the list, and refuses one in which the machine that asks is missing or one is twice. */
        public Situation {
            nodes = List.copyOf(nodes);
            Set<String> ids = new TreeSet<>();
            for (Node node : nodes) {
                if (!ids.add(node.instance())) {
                    throw new IllegalArgumentException("nodes: " + node.instance() + " twice");
                }
            }
            if (!ids.contains(self)) {
                throw new IllegalArgumentException("self: \"" + self + "\" (expected: one of " + ids + ")");
            }
        }

        /** The machine that asks. */
        public Node me() {
            return nodes.stream()
                    .filter(node -> node.instance().equals(self))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /**
     * A machine as decisions see it.
     *
     * @param load the fullest of its measures in percent; from 100 on there is no room
     * @param containers how many of Carrel's run there
     * @param recentness as {@link Compute#recentness}
     */
    record Node(String instance, double load, int containers, int recentness, Duration uptime, boolean leader) {}
}
