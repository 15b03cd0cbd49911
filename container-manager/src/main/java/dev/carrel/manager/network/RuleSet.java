/* Copyright the Carrel authors. */
package dev.carrel.manager.network;

import dev.carrel.manager.policy.Destination;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The rules of one network of an installation in one table, spelled exactly as {@code iptables -S} gives them back, so that "is it in place" is a comparison of
 * texts.
 *
 * @param chains chains of our own and what is in them
 * @param jumps rules in chains of others that lead to ours; each must stand before every rule that is not Carrel's
 */
record RuleSet(List<Chain> chains, List<Jump> jumps) {
    private static final String REJECT = " -j REJECT --reject-with icmp-port-unreachable";
    private static final String LINK_LOCAL = "169.254.0.0/16";
    /** A jump of this or another installation: it concerns its own bridge only, so it does not matter which is first. */
    private static final Pattern CARREL = Pattern.compile(
            "-A [A-Z-]+ -[io] cr(?:l([a-z2-7]{8}) -j crl-\\1|w([a-z2-7]{8}) -j crl-\\2-workers)-(host|out|in)");

    record Chain(String name, List<String> rules) {}

    record Jump(String parent, String rule) {
        String line() {
            return "-A " + parent + " " + rule;
        }
    }

    /**
     * IPv4. From the bridge to this host: answers, and what is for the door. From the bridge to elsewhere: not to link-local addresses, not back to the bridge, not
     * to denied networks. To the bridge from elsewhere: answers only, so nobody but this host opens a connection to who lives there.
     */
    static RuleSet ipv4(
            Zone zone,
            Optional<Door> door,
            List<String> resolvers,
            List<Destination> denied,
            List<Destination> allowed) {
        String bridge = zone.bridge();
        List<String> out = new ArrayList<>();
        for (String resolver : resolvers) {
            out.add("-d " + resolver + "/32 -p udp -m udp --dport 53 -j RETURN");
            out.add("-d " + resolver + "/32 -p tcp -m tcp --dport 53 -j RETURN");
        }
        out.add("-d " + LINK_LOCAL + REJECT);
        out.add("-o " + bridge + REJECT);
        for (Destination destination : allowed) {
            String port = destination.port() == 0 ? "" : " -p tcp -m tcp --dport " + destination.port();
            out.add(target(destination) + port + " -j RETURN");
        }
        for (Destination destination : denied) {
            out.add(target(destination) + REJECT);
        }
        String answers = "-m conntrack --ctstate RELATED,ESTABLISHED -j ";
        List<String> host = new ArrayList<>(List.of(answers + "ACCEPT"));
        door.ifPresent(d -> host.add("-d " + d.address() + "/32 -p tcp -m tcp --dport " + d.port() + " -j ACCEPT"));
        host.add(REJECT.strip());
        return new RuleSet(
                List.of(
                        new Chain(zone.chain("host"), host),
                        new Chain(zone.chain("out"), out),
                        new Chain(zone.chain("in"), List.of(answers + "RETURN", REJECT.strip()))),
                List.of(
                        new Jump("INPUT", "-i " + bridge + " -j " + zone.chain("host")),
                        new Jump("DOCKER-USER", "-i " + bridge + " -j " + zone.chain("out")),
                        new Jump("DOCKER-USER", "-o " + bridge + " -j " + zone.chain("in"))));
    }

    /** IPv6: the network has none, so whatever comes from the bridge is dropped. */
    static RuleSet ipv6(Zone zone) {
        String bridge = zone.bridge();
        String host = zone.chain("host");
        return new RuleSet(
                List.of(new Chain(host, List.of("-j DROP"))),
                List.of(
                        new Jump("INPUT", "-i " + bridge + " -j " + host),
                        new Jump("FORWARD", "-i " + bridge + " -j " + host)));
    }

    private static String target(Destination destination) {
        return "-d " + destination.network();
    }

    /** What is missing or wrong in a listing of {@code -S}; empty when all is in place. */
    Optional<String> fault(List<String> listing) {
        for (Chain chain : chains) {
            String prefix = "-A " + chain.name() + " ";
            List<String> there = listing.stream()
                    .filter(l -> l.startsWith(prefix))
                    .map(l -> l.substring(prefix.length()))
                    .toList();
            if (!listing.contains("-N " + chain.name())) {
                return Optional.of("chain " + chain.name() + " is missing");
            }
            if (!there.equals(chain.rules())) {
                return Optional.of("chain " + chain.name() + " holds " + there + " (expected: " + chain.rules() + ")");
            }
        }
        return jumps.stream().flatMap(jump -> misplaced(jump, listing).stream()).findFirst();
    }

    private static Optional<String> misplaced(Jump jump, List<String> listing) {
        int count = 0;
        boolean covered = false;
        for (String line : listing) {
            if (line.equals(jump.line())) {
                count++;
                if (covered) {
                    return Optional.of("rule \"" + jump.line() + "\" stands behind rules of others");
                }
            } else if (line.startsWith("-A " + jump.parent() + " ")) {
                covered |= !CARREL.matcher(line).matches();
            }
        }
        return count == 1 ? Optional.empty() : Optional.of("rule \"" + jump.line() + "\" is there " + count + " times");
    }

    /** Input for {@code iptables-restore --noflush} that leads from a listing to this rule set in one step, without a moment in between. */
    String script(List<String> listing) {
        StringBuilder script = new StringBuilder("*filter\n");
        for (Chain chain : chains) {
            script.append(':').append(chain.name()).append(" - [0:0]\n");
            chain.rules()
                    .forEach(rule -> script.append("-A ")
                            .append(chain.name())
                            .append(' ')
                            .append(rule)
                            .append('\n'));
        }
        for (Jump jump : jumps) {
            listing.stream()
                    .filter(jump.line()::equals)
                    .forEach(_ -> script.append("-D ")
                            .append(jump.parent())
                            .append(' ')
                            .append(jump.rule())
                            .append('\n'));
            script.append("-I ")
                    .append(jump.parent())
                    .append(" 1 ")
                    .append(jump.rule())
                    .append('\n');
        }
        return script.append("COMMIT\n").toString();
    }
}
