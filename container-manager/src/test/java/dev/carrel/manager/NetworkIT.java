/* Copyright the Carrel authors. */
package dev.carrel.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.protocol.command.Command;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.Result;
import dev.carrel.protocol.command.SessionContainer;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What a session, and a worker of functions, can reach. Each "cannot" has a control: the same listener is reached by somebody who may, so it is the firewall that says no.
 * A network namespace behind a pair of virtual interfaces plays the world outside this machine.
 */
class NetworkIT {
    private static final String SERVE = """
            import socket
            s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(('0.0.0.0', 8888)); s.listen(50)
            while True: s.accept()[0].close()
            """;
    private static final String CONNECT = """
            import socket, sys
            for t in sys.argv[1:]:
              a, p = t.rsplit(':', 1)
              try:
                socket.create_connection((a, int(p)), 3).close(); print(t, 'open')
              except OSError: print(t, 'closed')
            """;

    private static LiveManager manager;
    private static Command.StartSession alice;
    private static SessionContainer bob;
    private static Command.StartWorker worker;
    private static Result.WorkerNetwork broker;
    private static Result.SessionDesk desk;
    private static String outside;
    private static String link;

    @BeforeAll
    static void start() throws Exception {
        String serve = "command: [python3, -uc, \"" + SERVE.replace("\n", "\\n") + "\"]";
        manager = LiveManager.start(
                LiveManager.entry("serve", serve + "\n      " + serve.replaceFirst("command", "worker")),
                "network:\n  allow: [\"10.99.1.2:8888\"]\n");
        alice = LiveManager.session("serve");
        manager.start(alice);
        bob = manager.start(LiveManager.session("serve"));
        broker = (Result.WorkerNetwork) manager.call(new Command.OpenWorkerNetwork());
        worker = LiveManager.worker("serve");
        manager.start(worker);
        desk = (Result.SessionDesk) manager.call(new Command.OpenSessionDesk());
        buildOutside();
    }

    private static void buildOutside() throws Exception {
        link = "v" + manager.install();
        outside = manager.docker
                .createContainerCmd(LiveManager.IMAGE)
                .withCmd("python3", "-uc", SERVE)
                .withHostConfig(com.github.dockerjava.api.model.HostConfig.newHostConfig()
                        .withNetworkMode("none"))
                .withLabels(java.util.Map.of("dev.carrel.install", manager.install()))
                .exec()
                .getId();
        manager.docker.startContainerCmd(outside).exec();
        String pid = String.valueOf(
                manager.docker.inspectContainerCmd(outside).exec().getState().getPidLong());
        sh("ip link add " + link + " type veth peer name eth0 netns " + pid);
        sh("ip addr add 198.51.100.1/24 dev " + link);
        sh("ip link set " + link + " up");
        sh("nsenter -t " + pid + " -n ip link set eth0 up");
        sh("nsenter -t " + pid + " -n ip addr add 198.51.100.2/24 dev eth0");
        for (String address : List.of("169.254.169.254", "10.99.1.1", "10.99.1.2", "192.168.99.1", "203.0.113.7")) {
            sh("nsenter -t " + pid + " -n ip addr add " + address + "/32 dev eth0");
            sh("ip route add " + address + "/32 via 198.51.100.2 dev " + link);
        }
        sh("nsenter -t " + pid + " -n ip route add default via 198.51.100.1");
    }

    private static void sh(String command) throws Exception {
        Process process =
                new ProcessBuilder(command.split(" ")).redirectErrorStream(true).start();
        try (var output = process.getInputStream()) {
            String said = new String(output.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(command + ": " + said).isZero();
        }
    }

    @AfterAll
    static void stop() throws Exception {
        LiveManager.run("ip", "link", "del", link);
        manager.close();
    }

    @Test
    void noPortOfThisMachineIsReachableUnderAnyOfItsAddresses() throws Exception {
        try (ServerSocket everywhere = new ServerSocket(0, 50, InetAddress.getByName("0.0.0.0"))) {
            List<String> targets = new ArrayList<>();
            for (NetworkInterface device : NetworkInterface.networkInterfaces().toList()) {
                device.inetAddresses()
                        .filter(a -> a instanceof Inet4Address && !a.isLoopbackAddress())
                        .forEach(a -> targets.add(a.getHostAddress() + ":" + everywhere.getLocalPort()));
            }
            assertThat(targets)
                    .hasSizeGreaterThanOrEqualTo(3)
                    .allSatisfy(t -> assertThat(reachable(t)).isTrue());
            targets.add(gateway() + ":" + manager.port());
            targets.add(gateway() + ":22");

            assertThat(fromAlice(targets)).allSatisfy(line -> assertThat(line).endsWith("closed"));
        }
    }

    @Test
    void anotherSessionIsNotReachableButThisMachineReachesIt() throws Exception {
        String target = bob.address() + ":8888";

        assertThat(fromAlice(List.of(target))).containsExactly(target + " closed");
        assertThat(reachable(target)).isTrue();
    }

    @Test
    void linkLocalAndPrivateNetworksAreNotReachableAndTheInternetIs() throws Exception {
        List<String> forbidden = List.of("169.254.169.254:8888", "10.99.1.1:8888", "192.168.99.1:8888");
        assertThat(forbidden).allSatisfy(t -> assertThat(reachable(t)).isTrue());

        assertThat(fromAlice(forbidden)).allSatisfy(line -> assertThat(line).endsWith("closed"));
        assertThat(fromAlice(List.of("203.0.113.7:8888"))).containsExactly("203.0.113.7:8888 open");
    }

    @Test
    void aWorkerReachesOnePortOfThisMachineUnderOneAddressAndASessionNotEvenThat() throws Exception {
        try (ServerSocket everywhere = new ServerSocket(broker.port(), 50, InetAddress.getByName("0.0.0.0"));
                ServerSocket other = new ServerSocket(0, 50, InetAddress.getByName("0.0.0.0"))) {
            String door = broker.address() + ":" + broker.port();
            List<String> closed = new ArrayList<>(List.of(broker.address() + ":" + other.getLocalPort()));
            for (NetworkInterface device : NetworkInterface.networkInterfaces().toList()) {
                device.inetAddresses()
                        .filter(a -> a instanceof Inet4Address && !a.isLoopbackAddress())
                        .map(a -> a.getHostAddress() + ":" + broker.port())
                        .filter(t -> !t.equals(door))
                        .forEach(closed::add);
            }
            assertThat(closed)
                    .hasSizeGreaterThanOrEqualTo(3)
                    .allSatisfy(t -> assertThat(reachable(t)).isTrue());
            assertThat(broker.port()).isEqualTo(manager.brokerPort());
            assertThat(everywhere.isBound()).isTrue();

            assertThat(fromWorker(List.of(door))).containsExactly(door + " open");
            assertThat(fromWorker(closed))
                    .hasSameSizeAs(closed)
                    .allSatisfy(line -> assertThat(line).endsWith("closed"));
            assertThat(fromAlice(List.of(door))).containsExactly(door + " closed");
        }
    }

    @Test
    void aSessionReachesTheDeskAndNothingElseOfThisMachineAtThatPort() throws Exception {
        try (ServerSocket everywhere = new ServerSocket(desk.port(), 50, InetAddress.getByName("0.0.0.0"))) {
            String door = desk.address() + ":" + desk.port();
            List<String> closed = NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(a -> a instanceof Inet4Address && !a.isLoopbackAddress())
                    .map(a -> a.getHostAddress() + ":" + everywhere.getLocalPort())
                    .filter(t -> !t.equals(door))
                    .toList();
            assertThat(closed)
                    .hasSizeGreaterThanOrEqualTo(2)
                    .allSatisfy(t -> assertThat(reachable(t)).isTrue());

            assertThat(desk.address()).isEqualTo(gateway());
            assertThat(fromAlice(List.of(door))).containsExactly(door + " open");
            assertThat(fromAlice(closed)).allSatisfy(line -> assertThat(line).endsWith("closed"));
            assertThat(fromWorker(List.of(door))).containsExactly(door + " closed");
        }
    }

    @Test
    void neitherASessionNorAnotherWorkerIsReachableFromAWorkerNorAWorkerFromASession() throws Exception {
        Command.StartWorker neighbour = LiveManager.worker("serve");
        manager.start(neighbour);
        String session = bob.address() + ":8888";
        String beside = address(neighbour) + ":8888";
        assertThat(List.of(session, beside))
                .allSatisfy(t -> assertThat(reachable(t)).isTrue());

        assertThat(fromWorker(List.of(session, beside))).containsExactly(session + " closed", beside + " closed");
        assertThat(fromAlice(List.of(beside))).containsExactly(beside + " closed");
        assertThat(exec(outside, beside)).isEqualTo(beside + " closed\n");
        manager.call(new Command.RemoveWorker(neighbour.worker()));
    }

    @Test
    void elsewhereAWorkerReachesWhatASessionReaches() throws Exception {
        List<String> forbidden =
                List.of("169.254.169.254:8888", "10.99.1.1:8888", "192.168.99.1:8888", "10.99.1.2:8889");

        assertThat(fromWorker(forbidden))
                .hasSize(4)
                .allSatisfy(line -> assertThat(line).endsWith("closed"));
        assertThat(fromWorker(List.of("203.0.113.7:8888", "10.99.1.2:8888")))
                .containsExactly("203.0.113.7:8888 open", "10.99.1.2:8888 open");
    }

    @Test
    void anExceptionOfThePolicyHoldsForItsPortOnly() throws Exception {
        assertThat(fromAlice(List.of("10.99.1.2:8888"))).containsExactly("10.99.1.2:8888 open");
        assertThat(fromAlice(List.of("10.99.1.2:8889"))).containsExactly("10.99.1.2:8889 closed");
    }

    @Test
    void nobodyElseOpensAConnectionToASession() throws Exception {
        String said = exec(outside, bob.address() + ":8888");

        assertThat(said).isEqualTo(bob.address() + ":8888 closed\n");
    }

    @Test
    void rulesThatSomebodyRemovedOrPushedBackAreInPlaceBeforeTheNextStart() throws Exception {
        LiveManager.run("iptables", "-w", "5", "-F", "crl-" + manager.install() + "-out");
        LiveManager.run("iptables", "-w", "5", "-I", "INPUT", "1", "-i", "crl" + manager.install(), "-j", "ACCEPT");

        try {
            manager.start(LiveManager.session("serve"));

            assertThat(fromAlice(List.of("169.254.169.254:8888"))).containsExactly("169.254.169.254:8888 closed");
            assertThat(LiveManager.run("iptables", "-w", "5", "-S", "INPUT")
                            .lines()
                            .filter(l -> l.startsWith("-A"))
                            .findFirst()
                            .orElseThrow())
                    .contains("-j crl-");
        } finally {
            LiveManager.run("iptables", "-w", "5", "-D", "INPUT", "-i", "crl" + manager.install(), "-j", "ACCEPT");
        }
    }

    @Test
    void aNetworkOfOurNameThatIsNotOursStopsEveryStart() throws Exception {
        try (LiveManager other = LiveManager.start("", "")) {
            String name = "crl-" + other.install();
            other.docker.removeNetworkCmd(name).exec();
            other.docker.createNetworkCmd().withName(name).exec();

            assertThatThrownBy(() -> other.start(LiveManager.session("idle")))
                    .isInstanceOf(CommandFailure.class)
                    .hasMessageContaining("is not ours");
            assertThat(other.ready()).contains("not-ready", "is not ours");

            other.docker.removeNetworkCmd(name).exec();
            assertThat(other.start(LiveManager.session("idle")).running()).isTrue();
        }
    }

    private static List<String> fromAlice(List<String> targets) throws Exception {
        return from(manager.name(alice.session()), targets);
    }

    private static List<String> fromWorker(List<String> targets) throws Exception {
        return from(manager.name(worker.worker()), targets);
    }

    private static List<String> from(String container, List<String> targets) throws Exception {
        List<String> command = new ArrayList<>(List.of("python3", "-c", CONNECT));
        command.addAll(targets);
        return manager.inside(container, command.toArray(String[]::new)).lines().toList();
    }

    private static String address(Command.StartWorker start) {
        return manager.docker
                .inspectContainerCmd(manager.name(start.worker()))
                .exec()
                .getNetworkSettings()
                .getNetworks()
                .get("crl-" + manager.install() + "-workers")
                .getIpAddress();
    }

    private static String exec(String container, String target) throws IOException {
        return LiveManager.run("docker", "exec", container, "python3", "-c", CONNECT, target);
    }

    private static String gateway() {
        return manager.inspect(alice.session())
                .getNetworkSettings()
                .getNetworks()
                .get("crl-" + manager.install())
                .getGateway();
    }

    private static boolean reachable(String target) throws IOException {
        int colon = target.lastIndexOf(':');
        long end = System.nanoTime() + LiveManager.PATIENCE.toNanos();
        while (true) {
            try (Socket socket = new Socket()) {
                socket.connect(
                        new InetSocketAddress(
                                target.substring(0, colon), Integer.parseInt(target.substring(colon + 1))),
                        3000);
                return true;
            } catch (IOException e) {
                // A server in a container that has just been started takes a moment.
                if (System.nanoTime() > end) {
                    return false;
                }
                Thread.onSpinWait();
            }
        }
    }
}
