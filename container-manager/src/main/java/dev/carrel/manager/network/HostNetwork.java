/* Copyright the Carrel authors. */
package dev.carrel.manager.network;

import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Network;
import dev.carrel.manager.docker.DockerEngine;
import dev.carrel.manager.docker.Labels;
import dev.carrel.manager.policy.NetworkPolicy;
import dev.carrel.manager.policy.Policy;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.FailureCode;
import dev.carrel.protocol.name.InstallId;
import dev.carrel.protocol.name.Printable;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A network that containers of this installation live in: a bridge of their own, no traffic between them, the host's firewall around it.
 *
 * <p>{@link #ensure} is the one question and the one mend: it is asked before every start of a container, every half minute and whenever the Docker engine
 * came back.
 */
public final class HostNetwork {
    private static final Logger LOG = LoggerFactory.getLogger(HostNetwork.class);
    private static final String BRIDGE_NAME = "com.docker.network.bridge.name";
    private static final String TRAFFIC_BETWEEN = "com.docker.network.bridge.enable_icc";
    /** The value of {@link Labels#ADDRESSES}: we choose them. */
    private static final String CHOSEN = "chosen";

    private final DockerEngine docker;
    private final InstallId install;
    private final Zone zone;
    private final boolean guarded;
    private final Firewall firewall;
    private final ReentrantLock creating = new ReentrantLock();
    private final Object state = new Object();
    private volatile boolean warned;
    private volatile boolean asked;
    private String fault = "not checked yet";
    private @Nullable Current current;

    /**
     * The network as it was last found.
     *
     * @param id Docker's
     * @param subnet from which we give addresses; null where Docker gives them, which it does for sessions in a network that an older version made
     * @param door where those who live in it reach this host; empty for nowhere
     */
    public record Current(String id, @Nullable Subnet subnet, Optional<Door> door) {}

    /** Touches nothing yet. */
    public HostNetwork(DockerEngine docker, InstallId install, Policy policy, Zone zone) {
        this.docker = docker;
        this.install = install;
        this.zone = zone;
        guarded = policy.network().firewall() == NetworkPolicy.Mode.REQUIRED;
        firewall = new Firewall(zone, policy);
    }

    /** What will always keep this process from guarding the network, as a sentence with the mend; empty when nothing does. */
    public Optional<String> impossible() {
        return guarded ? firewall.impossible() : Optional.empty();
    }

    /** The network's name. */
    public String name() {
        return zone.name();
    }

    /** Why nothing may be started in it now; empty when the last check was good, or nobody has asked for it yet. */
    public Optional<String> fault() {
        synchronized (state) {
            return fault.isEmpty() || !asked ? Optional.empty() : Optional.of(fault);
        }
    }

    /** The network when it was last checked, checking it when it never was. */
    public Current current() throws CommandFailure, InterruptedException {
        synchronized (state) {
            if (current != null && fault.isEmpty()) {
                return current;
            }
        }
        return check();
    }

    /**
     * Checks network and firewall, makes or mends what is missing, and returns the network's id.
     *
     * @throws CommandFailure when containers in it would not be kept apart; none may be started then
     */
    public String ensure() throws CommandFailure, InterruptedException {
        return check().id();
    }

    /** As {@link #ensure}, where somebody has asked for the network, now or in an earlier life of this process; else nothing. Says whether somebody has. */
    public boolean tend() throws CommandFailure, InterruptedException {
        if (asked || inspect().isPresent()) {
            check();
        }
        return asked;
    }

    private Current check() throws CommandFailure, InterruptedException {
        asked = true;
        try {
            Current found = network();
            if (guarded) {
                firewall.ensure(found.door());
            }
            say(found, "");
            return found;
        } catch (CommandFailure e) {
            say(null, String.valueOf(e.getMessage()));
            throw e;
        } catch (FirewallException e) {
            String message = "the host's firewall does not guard " + zone.inhabitants() + ": " + e.getMessage();
            say(null, message);
            throw new CommandFailure(FailureCode.DOCKER_FAILED, message);
        }
    }

    private void say(@Nullable Current found, String now) {
        boolean changed;
        synchronized (state) {
            changed = !fault.equals(now);
            fault = now;
            current = found;
        }
        if (changed && now.isEmpty()) {
            LOG.info(
                    "network {} {}",
                    name(),
                    guarded
                            ? "and its firewall rules are in place"
                            : "is there, without a firewall (network.firewall: off)");
        } else if (changed) {
            LOG.error("no {} can be started: {}", zone.inhabitants(), now);
        }
    }

    private Current network() throws CommandFailure, InterruptedException {
        Optional<Network> there = inspect();
        if (there.isEmpty() || outdated(there.get())) {
            there = create();
        }
        Network network = there.orElseThrow(() -> new CommandFailure(
                FailureCode.DOCKER_FAILED,
                "network " + name() + " is gone right after it was made (another program removes networks?)"));
        Optional<String> wrong = wrong(network);
        if (wrong.isPresent()) {
            throw new CommandFailure(
                    FailureCode.DOCKER_FAILED,
                    "network " + name() + " is not ours: " + wrong.get()
                            + " (expected: made by this installation; docker network rm " + name() + ")");
        }
        if (zone.addressed() && subnet(network).isEmpty() && !warned) {
            warned = true;
            LOG.warn(
                    "network {} was made by an older version: until no session runs and it is made anew, Docker gives a freed address to the next session",
                    name());
        }
        return new Current(network.getId(), subnet(network).orElse(null), door(network));
    }

    /** What an older version made, and nobody uses: Docker lets nobody choose addresses in it. */
    private boolean outdated(Network network) {
        return zone.addressed()
                && wrong(network).isEmpty()
                && subnet(network).isEmpty()
                && (network.getContainers() == null || network.getContainers().isEmpty());
    }

    /** Where this host listens to those who live in it. */
    private Optional<Door> door(Network network) throws CommandFailure {
        if (zone.door() == 0) {
            return Optional.empty();
        }
        var configs = network.getIpam() == null ? null : network.getIpam().getConfig();
        String gateway = configs == null || configs.size() != 1
                ? "none"
                : String.valueOf(configs.getFirst().getGateway());
        if (!gateway.matches("\\d{1,3}(\\.\\d{1,3}){3}")) {
            throw new CommandFailure(
                    FailureCode.DOCKER_FAILED,
                    "network " + name() + ": the Docker engine gave it the gateway " + Printable.quote(gateway)
                            + " (expected: one IPv4 address; docker network rm " + name() + ", and it is made anew)");
        }
        return Optional.of(new Door(gateway, zone.door()));
    }

    private static Optional<Subnet> subnet(Network network) {
        Map<String, String> labels = network.getLabels();
        return labels == null || !CHOSEN.equals(labels.get(Labels.ADDRESSES)) ? Optional.empty() : dockers(network);
    }

    /** The network's range of addresses, by whomever it was chosen. */
    private static Optional<Subnet> dockers(Network network) {
        var configs = network.getIpam() == null ? null : network.getIpam().getConfig();
        return configs == null || configs.size() != 1
                ? Optional.empty()
                : Subnet.parse(String.valueOf(configs.getFirst().getSubnet()));
    }

    private Optional<Network> inspect() throws CommandFailure, InterruptedException {
        try {
            return Optional.of(docker.call(
                    "docker network inspect",
                    client -> client.inspectNetworkCmd().withNetworkId(name()).exec()));
        } catch (NotFoundException _) {
            return Optional.empty();
        }
    }

    /**
     * One at a time: Docker lets two of one name be made at once and then complains of the bridge. Made twice where we give addresses: Docker knows which range of addresses is
     * free here, but lets us choose addresses only in a range that we named.
     */
    private Optional<Network> create() throws CommandFailure, InterruptedException {
        creating.lockInterruptibly();
        try {
            Optional<Network> there = inspect();
            if (there.isPresent() && !outdated(there.get())) {
                return there;
            }
            if (there.isEmpty()) {
                make(Map.of(Labels.INSTALL, install.value()), new Network.Ipam());
                there = inspect();
            }
            if (!zone.addressed()) {
                LOG.info("made network {}", name());
                return there;
            }
            Optional<Subnet> range = there.flatMap(HostNetwork::dockers);
            if (range.isEmpty()) {
                throw new CommandFailure(
                        FailureCode.DOCKER_FAILED,
                        "network " + name()
                                + ": the Docker engine gave it no IPv4 range of /8 to /27 (expected: such ranges "
                                + "in its default-address-pools)");
            }
            docker.call(
                    "docker network rm",
                    client -> client.removeNetworkCmd(name()).exec());
            make(
                    Map.of(Labels.INSTALL, install.value(), Labels.ADDRESSES, CHOSEN),
                    new Network.Ipam()
                            .withConfig(new Network.Ipam.Config()
                                    .withSubnet(range.get().toString())
                                    .withGateway(range.get().gateway())
                                    .withIpRange(range.get().others())));
            LOG.info("made network {}, {}", name(), range.get());
            return inspect();
        } finally {
            creating.unlock();
        }
    }

    private void make(Map<String, String> labels, Network.Ipam range) throws CommandFailure, InterruptedException {
        docker.call(
                "docker network create",
                client -> client.createNetworkCmd()
                        .withName(name())
                        .withDriver("bridge")
                        .withCheckDuplicate(true)
                        .withEnableIpv6(false)
                        .withIpam(range)
                        .withLabels(labels)
                        .withOptions(Map.of(BRIDGE_NAME, zone.bridge(), TRAFFIC_BETWEEN, "false"))
                        .exec());
    }

    private Optional<String> wrong(Network network) {
        Map<String, String> labels = network.getLabels();
        Map<String, String> options = network.getOptions();
        if (!name().equals(network.getName())) {
            return Optional.of("its name is " + network.getName());
        }
        if (labels == null || !install.value().equals(labels.get(Labels.INSTALL))) {
            return Optional.of("it lacks our label " + Labels.INSTALL + "=" + install);
        }
        if (!"bridge".equals(network.getDriver()) || Boolean.TRUE.equals(network.getEnableIPv6())) {
            return Optional.of("driver " + network.getDriver() + ", IPv6 " + network.getEnableIPv6());
        }
        if (options == null
                || !zone.bridge().equals(options.get(BRIDGE_NAME))
                || !"false".equals(options.get(TRAFFIC_BETWEEN))) {
            return Optional.of("options " + options);
        }
        return Optional.empty();
    }
}
