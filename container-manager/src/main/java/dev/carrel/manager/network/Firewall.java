/* Copyright the Carrel authors. */
package dev.carrel.manager.network;

import dev.carrel.manager.policy.Policy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the rules of one network in the host's firewall. Docker's own rules do not keep a container from the host's ports, nor from the
 * networks around it; ours do. {@link #ensure} reads them back every time and puts them right in one atomic step when somebody (a restarted Docker
 * engine, another firewall program, a person) has changed them.
 *
 * <p>The chains stay when the manager ends: containers outlive it.
 */
final class Firewall {
    private static final Logger LOG = LoggerFactory.getLogger(Firewall.class);
    private static final Path BRIDGE_FILTER = Path.of("/proc/sys/net/bridge/bridge-nf-call-iptables");
    private static final Path IPV6 = Path.of("/proc/net/if_inet6");
    private static final List<Path> RESOLVERS =
            List.of(Path.of("/etc/resolv.conf"), Path.of("/run/systemd/resolve/resolv.conf"));
    private static final Pattern NAMESERVER =
            Pattern.compile("(?m)^\\s*nameserver\\s+(\\d+\\.\\d+\\.\\d+\\.\\d+)\\s*$");
    private static final long CAP_NET_ADMIN = 1L << 12;

    /** One writer at a time, whichever network it is for: two that read the same listing would both delete the same rule. */
    private static final ReentrantLock WRITING = new ReentrantLock();

    private final Zone zone;
    private final Policy policy;

    Firewall(Zone zone, Policy policy) {
        this.zone = zone;
        this.policy = policy;
    }

    /** What keeps this process from ever doing it; checked before anything is started. */
    Optional<String> impossible() {
        if (!mayChangeNetwork()) {
            return Optional.of(
                    "network.firewall: required, but this process may not change the host's firewall (expected: the "
                            + "container-manager runs as root: sudo carrel manager; or, to try things out without root, network.firewall: off in "
                            + policy.file() + ", with which sessions reach this machine's ports and its networks)");
        }
        if (CommandLine.find("iptables").isEmpty()
                || CommandLine.find("iptables-restore").isEmpty()) {
            return Optional.of(
                    "network.firewall: required, but iptables is not installed (expected: apt-get install iptables)");
        }
        return Optional.empty();
    }

    private static boolean mayChangeNetwork() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(l -> l.startsWith("CapEff:"))
                    .map(l -> Long.parseUnsignedLong(l.substring(7).strip(), 16))
                    .anyMatch(mask -> (mask & CAP_NET_ADMIN) != 0);
        } catch (IOException e) {
            LOG.warn("reading /proc/self/status", e);
            return false;
        }
    }

    /**
     * Reads the rules back and mends them.
     *
     * @param door where those in the network reach this host; empty for nowhere
     * @throws FirewallException when they are not in place afterwards
     */
    void ensure(Optional<Door> door) throws FirewallException, InterruptedException {
        checkBridgeFilter();
        RuleSet ipv4 = RuleSet.ipv4(
                zone,
                door,
                resolvers(),
                policy.network().denied(),
                policy.network().allowed());
        ensure("iptables", ipv4);
        if (Files.exists(IPV6)) {
            ensure("ip6tables", RuleSet.ipv6(zone));
        }
    }

    private void ensure(String tool, RuleSet wanted) throws FirewallException, InterruptedException {
        if (wanted.fault(listing(tool)).isEmpty()) {
            return;
        }
        WRITING.lockInterruptibly();
        try {
            List<String> before = listing(tool);
            Optional<String> fault = wanted.fault(before);
            if (fault.isEmpty()) {
                return;
            }
            LOG.info("{}: {}; putting our rules in place", tool, fault.get());
            program(tool + "-restore").run(List.of("-w", "5", "--noflush"), wanted.script(before));
            Optional<String> left = wanted.fault(listing(tool));
            if (left.isPresent()) {
                throw new FirewallException(tool + ": " + left.get()
                        + " even after it was put right (another program changes the firewall?)");
            }
        } finally {
            WRITING.unlock();
        }
    }

    private List<String> listing(String tool) throws FirewallException, InterruptedException {
        List<String> listing = program(tool)
                .run(List.of("-w", "5", "-S"), "")
                .lines()
                .map(String::strip)
                .toList();
        if (tool.equals("iptables") && !listing.contains("-A FORWARD -j DOCKER-USER")) {
            throw new FirewallException(
                    "iptables: chain FORWARD does not lead to DOCKER-USER (expected: the Docker engine runs with "
                            + "\"iptables\": true and has not lost its rules; systemctl restart docker puts them back)");
        }
        return listing;
    }

    private static CommandLine program(String name) throws FirewallException {
        return CommandLine.find(name)
                .orElseThrow(
                        () -> new FirewallException(name + " is not installed (expected: apt-get install iptables)"));
    }

    /** Without it, packets between two containers on one bridge never come past iptables. */
    private static void checkBridgeFilter() throws FirewallException {
        String value;
        try {
            value = Files.readString(BRIDGE_FILTER, StandardCharsets.US_ASCII).strip();
        } catch (IOException _) {
            value = "not there";
        }
        if (!value.equals("1")) {
            throw new FirewallException(
                    BRIDGE_FILTER + ": " + value
                            + " (expected: 1, else containers reach one another; modprobe br_netfilter && sysctl -w net.bridge.bridge-nf-call-iptables=1)");
        }
    }

    /** Name servers as the Docker engine gives them to containers; those of the loopback it asks itself. */
    static List<String> resolvers() {
        return RESOLVERS.stream()
                .flatMap(file -> nameservers(file).stream())
                .distinct()
                .limit(8)
                .toList();
    }

    private static List<String> nameservers(Path file) {
        try {
            return parse(Files.exists(file) ? Files.readString(file, StandardCharsets.UTF_8) : "");
        } catch (IOException e) {
            LOG.warn("{} cannot be read: containers may not be able to look up names", file, e);
            return List.of();
        }
    }

    static List<String> parse(String text) {
        Matcher matcher = NAMESERVER.matcher(text);
        return matcher.results()
                .map(r -> r.group(1))
                .filter(a -> !a.startsWith("127.") && !a.startsWith("0."))
                .filter(a -> Stream.of(a.split("\\."))
                        .allMatch(p -> p.length() <= 3
                                && Integer.parseInt(p) <= 255
                                && p.equals(Integer.toString(Integer.parseInt(p)))))
                .toList();
    }
}
