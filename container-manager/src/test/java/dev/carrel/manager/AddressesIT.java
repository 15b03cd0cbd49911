/* Copyright the Carrel authors. */
package dev.carrel.manager;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Network;
import dev.carrel.protocol.command.Command;
import dev.carrel.protocol.command.SessionContainer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A session's address is nobody else's after it, whatever was down when it ended. The control shows that Docker by itself gives a freed address to the
 * next container.
 */
class AddressesIT {
    private LiveManager manager;

    @BeforeEach
    void start() throws Exception {
        manager = LiveManager.start("", "");
    }

    @AfterEach
    void stop() throws Exception {
        manager.close();
    }

    @Test
    void dockerByItselfGivesAFreedAddressToTheNextContainer() {
        String name = "crl-" + manager.install() + "-control";
        manager.docker.createNetworkCmd().withName(name).exec();
        try {
            assertThat(foreign(name)).isEqualTo(foreign(name));
        } finally {
            manager.docker.removeNetworkCmd(name).exec();
        }
    }

    @Test
    void whoStartsAfterASessionThatDiedUnseenGetsAnotherAddress() throws Exception {
        SessionContainer dead = manager.start(LiveManager.session("idle"));
        // Killed while nobody hears of it, as when events are lost and every process of ours is down.
        manager.stop();
        manager.docker.removeContainerCmd(dead.containerId()).withForce(true).exec();
        manager.startAgain();

        List<SessionContainer> after = List.of(
                manager.start(LiveManager.session("idle")),
                manager.start(LiveManager.session("idle")),
                manager.start(LiveManager.session("idle")));

        assertThat(after)
                .extracting(SessionContainer::address)
                .doesNotContain(dead.address())
                .doesNotHaveDuplicates();
    }

    @Test
    void aContainerThatNamesNoAddressGetsNoneOfTheSessions() throws Exception {
        SessionContainer dead = manager.start(LiveManager.session("idle"));
        manager.docker.removeContainerCmd(dead.containerId()).withForce(true).exec();

        String address = foreign("crl-" + manager.install());

        assertThat(address).isNotEqualTo(dead.address()).matches(".*\\.2[45]\\d");
    }

    @Test
    void aNetworkOfAnOlderVersionIsMadeAnewOnceNobodyUsesIt() throws Exception {
        String name = "crl-" + manager.install();
        manager.stop();
        manager.docker.removeNetworkCmd(name).exec();
        manager.docker
                .createNetworkCmd()
                .withName(name)
                .withDriver("bridge")
                .withLabels(Map.of("dev.carrel.install", manager.install()))
                .withOptions(Map.of(
                        "com.docker.network.bridge.name",
                        "crl" + manager.install(),
                        "com.docker.network.bridge.enable_icc",
                        "false"))
                .exec();
        String user = manager.docker
                .createContainerCmd(LiveManager.IMAGE)
                .withCmd("sleep", "1000")
                .withHostConfig(HostConfig.newHostConfig().withNetworkMode(name))
                .exec()
                .getId();
        manager.docker.startContainerCmd(user).exec();
        Command.StartSession start = LiveManager.session("idle");
        try {
            manager.startAgain();

            assertThat(manager.start(start).running()).isTrue();
            assertThat(network().getLabels()).doesNotContainKey("dev.carrel.addresses");
            manager.call(new Command.RemoveSession(start.session()));
        } finally {
            manager.docker.removeContainerCmd(user).withForce(true).exec();
        }
        manager.restart();

        assertThat(manager.start(LiveManager.session("idle")).running()).isTrue();
        assertThat(network().getLabels()).containsEntry("dev.carrel.addresses", "chosen");
    }

    private Network network() {
        return manager.docker
                .inspectNetworkCmd()
                .withNetworkId("crl-" + manager.install())
                .exec();
    }

    /** The address that Docker gives to a container in a network; it is removed again. */
    private String foreign(String network) {
        String id = manager.docker
                .createContainerCmd(LiveManager.IMAGE)
                .withCmd("sleep", "1000")
                .withHostConfig(HostConfig.newHostConfig().withNetworkMode(network))
                .exec()
                .getId();
        try {
            manager.docker.startContainerCmd(id).exec();
            return manager.docker
                    .inspectContainerCmd(id)
                    .exec()
                    .getNetworkSettings()
                    .getNetworks()
                    .get(network)
                    .getIpAddress();
        } finally {
            manager.docker.removeContainerCmd(id).withForce(true).exec();
        }
    }
}
