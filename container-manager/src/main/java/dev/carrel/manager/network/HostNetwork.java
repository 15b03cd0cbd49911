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
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The network that this installation's sessions live in: a bridge of their own, no traffic between them, the host's firewall around it.
 *
 * <p>{@link #ensure} is the one question and the one mend: it is asked before every start of a session, every half minute and whenever the Docker engine
 * came back.
 */
public final class HostNetwork {
    private static final Logger LOG = LoggerFactory.getLogger(HostNetwork.class);
    private static final String BRIDGE_NAME = "com.docker.network.bridge.name";
    private static final String TRAFFIC_BETWEEN = "com.docker.network.bridge.enable_icc";

    private final DockerEngine docker;
    private final InstallId install;
    private final boolean guarded;
    private final Firewall firewall;
    private final ReentrantLock creating = new ReentrantLock();
    private final Object state = new Object();
    private String fault = "not checked yet";
    private @Nullable String id;

    /** Touches nothing yet. */
    public HostNetwork(DockerEngine docker, InstallId install, Policy policy) {
        this.docker = docker;
        this.install = install;
        guarded = policy.network().firewall() == NetworkPolicy.Mode.REQUIRED;
        firewall = new Firewall(install, policy);
    }

    /** What will always keep this process from guarding the network, as a sentence with the mend; empty when nothing does. */
    public Optional<String> impossible() {
        return guarded ? firewall.impossible() : Optional.empty();
    }

    /** The network's name. */
    public String name() {
        return "crl-" + install;
    }

    /** Why no session may be started now; empty when the last check was good. */
    public Optional<String> fault() {
        synchronized (state) {
            return fault.isEmpty() ? Optional.empty() : Optional.of(fault);
        }
    }

    /** The id of the network when it was last checked, checking it when it never was. */
    public String id() throws CommandFailure, InterruptedException {
        synchronized (state) {
            if (id != null && fault.isEmpty()) {
                return id;
            }
        }
        return ensure();
    }

    /**
     * Checks network and firewall, makes or mends what is missing, and returns the network's id.
     *
     * @throws CommandFailure when sessions would not be kept apart; no session may be started then
     */
    public String ensure() throws CommandFailure, InterruptedException {
        try {
            String found = network();
            if (guarded) {
                firewall.ensure();
            }
            say(found, "");
            return found;
        } catch (CommandFailure e) {
            say(null, String.valueOf(e.getMessage()));
            throw e;
        } catch (FirewallException e) {
            String message = "the host's firewall does not guard sessions: " + e.getMessage();
            say(null, message);
            throw new CommandFailure(FailureCode.DOCKER_FAILED, message);
        }
    }

    private void say(@Nullable String found, String now) {
        boolean changed;
        synchronized (state) {
            changed = !fault.equals(now);
            fault = now;
            id = found;
        }
        if (changed && now.isEmpty()) {
            LOG.info(
                    "network {} {}",
                    name(),
                    guarded
                            ? "and its firewall rules are in place"
                            : "is there, without a firewall (network.firewall: off)");
        } else if (changed) {
            LOG.error("no session can be started: {}", now);
        }
    }

    private String network() throws CommandFailure, InterruptedException {
        Optional<Network> there = inspect();
        if (there.isEmpty()) {
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
        return network.getId();
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

    /** One at a time: Docker lets two of one name be made at once and then complains of the bridge. */
    private Optional<Network> create() throws CommandFailure, InterruptedException {
        creating.lockInterruptibly();
        try {
            Optional<Network> there = inspect();
            if (there.isPresent()) {
                return there;
            }
            docker.call(
                    "docker network create",
                    client -> client.createNetworkCmd()
                            .withName(name())
                            .withDriver("bridge")
                            .withCheckDuplicate(true)
                            .withEnableIpv6(false)
                            .withLabels(Map.of(Labels.INSTALL, install.value()))
                            .withOptions(Map.of(BRIDGE_NAME, RuleSet.bridge(install.value()), TRAFFIC_BETWEEN, "false"))
                            .exec());
            LOG.info("made network {}", name());
            return inspect();
        } finally {
            creating.unlock();
        }
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
                || !RuleSet.bridge(install.value()).equals(options.get(BRIDGE_NAME))
                || !"false".equals(options.get(TRAFFIC_BETWEEN))) {
            return Optional.of("options " + options);
        }
        return Optional.empty();
    }
}
