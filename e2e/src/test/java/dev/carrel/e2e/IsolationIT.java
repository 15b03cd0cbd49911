/* Copyright the Carrel authors. */
package dev.carrel.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What code in a session can reach: nothing of the host, nothing of others. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IsolationIT {
    private Carrel carrel;
    private Api ada;
    private Kernel kernel;

    @BeforeAll
    void start() {
        // The public port on every address, so that only the firewall keeps sessions away from it.
        carrel = Carrel.prepared().with("CARREL_SITE_BIND", "0.0.0.0");
        carrel.succeed("setup");
        carrel.addUser("ada", "ada's long pass phrase", true);
        carrel.addUser("bob", "bob's long pass phrase", false);
        carrel.start();
        ada = new Api(carrel, carrel.token("ada"));
        ada.startServer("ada");
        new Api(carrel, carrel.token("bob")).startServer("bob");
        kernel = Kernel.start(carrel, ada, "ada");
    }

    @AfterAll
    void stop() {
        kernel.close();
        carrel.close();
    }

    /** Tries to connect from inside the session; the outcome is "open" or the error. */
    private String connect(String address, int port) throws Exception {
        return connect(List.of(new Place(address, port))).getFirst();
    }

    /** The same with many places, side by side: what the firewall drops is only known to be closed when its time is over. */
    private List<String> connect(List<Place> places) throws Exception {
        String tuples = places.stream()
                .map(place -> "('" + place.address() + "', " + place.port() + ")")
                .collect(Collectors.joining(", "));
        String printed = kernel.run("""
                import socket
                from concurrent.futures import ThreadPoolExecutor
                def outcome(place):
                    try:
                        socket.create_connection(place, timeout=2).close(); return "open"
                    except OSError as e:
                        return "closed " + type(e).__name__
                with ThreadPoolExecutor(32) as pool:
                    print("\\n".join(pool.map(outcome, [%s])))
                """.formatted(tuples));
        List<String> outcomes = printed.lines().toList();
        assertThat(outcomes).as(printed).hasSameSizeAs(places);
        return outcomes;
    }

    /** Where somebody may listen. */
    private record Place(String address, int port) {}

    @Test
    void noPortOfTheHostCanBeReachedButTheDesk() throws Exception {
        String desk = kernel.run("import os; print(os.environ['CARREL_DESK'])").strip();
        try (ServerSocket canary = new ServerSocket(0)) {
            Set<Integer> ports = listening();
            ports.add(canary.getLocalPort());
            assertThat(ports).contains(carrel.port());
            List<Place> places = hostAddresses().stream()
                    .flatMap(address -> ports.stream().map(port -> new Place(address, port)))
                    .filter(place -> !desk.equals("http://" + place.address() + ":" + place.port()))
                    .toList();
            List<String> outcomes = connect(places);
            List<String> open = new ArrayList<>();
            for (int i = 0; i < places.size(); i++) {
                if (!outcomes.get(i).startsWith("closed")) {
                    Place place = places.get(i);
                    open.add(place + " " + outcomes.get(i) + ", then " + connect(place.address(), place.port())
                            + evidence());
                }
            }
            assertThat(open).isEmpty();
        }
    }

    @Test
    void atTheDeskThereAreTheOwnersFunctionsAndNothingElse() throws Exception {
        String said = kernel.run("""
                import os, urllib.request, urllib.error
                credential = "token session." + os.environ["CARREL_SESSION"] + "." + os.environ["JUPYTER_TOKEN"]
                def status(path, **headers):
                    request = urllib.request.Request(os.environ["CARREL_DESK"] + path, headers={"Host": "localhost", **headers})
                    try:
                        return urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10).status
                    except urllib.error.HTTPError as e:
                        return e.code
                mine = {"Authorization": credential}
                print(status("/hub/api/functions", **mine), status("/hub/api/functions"),
                    status("/hub/api/functions/bob", **mine), status("/hub/api/users", **mine), status("/hub/login", **mine),
                    status("/hub/api/functions", Cookie="carrel-login=x", **mine))
                """);

        assertThat(said.strip()).isEqualTo("200 403 404 404 404 400");
    }

    /** What the machine looked like when something was open that must not be. */
    private static String evidence() {
        return Stream.of(
                        List.of("cat", "/proc/net/tcp"),
                        List.of("ip", "addr"),
                        List.of("ip", "route"),
                        List.of("iptables", "-S"),
                        List.of("iptables", "-t", "nat", "-S"),
                        List.of("docker", "ps", "--all", "--no-trunc"))
                .map(command -> "\n--- " + String.join(" ", command) + "\n"
                        + Carrel.exec("", Map.of(), command).all())
                .collect(Collectors.joining());
    }

    @Test
    void noOtherSessionCanBeReached() throws Exception {
        for (String id : carrel.containers()) {
            String user = Carrel.docker("inspect", "--format", "{{range .Config.Env}}{{println .}}{{end}}", id);
            String address = Carrel.docker(
                            "inspect", "--format", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", id)
                    .strip();
            boolean own = user.contains("CARREL_USER=ada");
            assertThat(connect(address, 8888))
                    .as("%s of %s", address, own ? "ada" : "bob")
                    .startsWith(own ? "open" : "closed");
        }
        assertThat(carrel.containers()).hasSize(2);
    }

    @Test
    void theMetadataAddressCannotBeReached() throws Exception {
        assertThat(connect("169.254.169.254", 80)).startsWith("closed");
    }

    @Test
    void theDockerSocketIsNotThere() throws Exception {
        assertThat(kernel.run("""
                        import os
                        found = [p for p in ("/var/run/docker.sock", "/run/docker.sock", "/run/containerd/containerd.sock") if os.path.exists(p)]
                        print(found, [l for l in open("/proc/self/mountinfo") if "docker.sock" in l])
                        """)).isEqualTo("[] []");
    }

    @Test
    void theProcessHasNoRights() throws Exception {
        String status = kernel.run("print(open('/proc/self/status').read())");

        assertThat(status)
                .contains("CapEff:\t0000000000000000")
                .contains("CapBnd:\t0000000000000000")
                .contains("CapPrm:\t0000000000000000")
                .contains("NoNewPrivs:\t1")
                .contains("Seccomp:\t2")
                .contains("Uid:\t1000\t1000\t1000\t1000");
    }

    @Test
    void nothingWorthStealingIsInside() throws Exception {
        String environment = kernel.run("import os; print(dict(os.environ))");

        assertThat(environment)
                .doesNotContain(ada.token())
                .doesNotContain(carrel.data().toString());
        for (Path key :
                List.of(carrel.data().resolve("keys/signing.key"), carrel.data().resolve("manager/curve.key"))) {
            for (String line : Files.readAllLines(key)) {
                assertThat(environment).doesNotContain(line.strip());
            }
        }
    }

    @Test
    void engineAndRouterHaveNoRightsOnTheHost() throws IOException {
        for (String process : List.of("engine", "router")) {
            long pid = carrel.pid(process);
            String status = Files.readString(Path.of("/proc/" + pid + "/status"));
            assertThat(status).as(process).contains("CapEff:\t0000000000000000").contains("NoNewPrivs:\t1");
            assertThat(status.lines()
                            .filter(l -> l.startsWith("Uid:"))
                            .findFirst()
                            .orElse(""))
                    .doesNotContain("\t0\t");
            assertThat(status.lines()
                            .filter(l -> l.startsWith("Groups:"))
                            .findFirst()
                            .orElse("")
                            .strip())
                    .isEqualTo("Groups:");
            try (var fds = Files.list(Path.of("/proc/" + pid + "/fd"))) {
                assertThat(fds.map(IsolationIT::target)).noneMatch(t -> t.endsWith("docker.sock"));
            }
        }
    }

    private static String target(Path fd) {
        try {
            return Files.readSymbolicLink(fd).toString();
        } catch (IOException _) {
            return "";
        }
    }

    /** Every TCP port somebody on this machine listens on. */
    private static Set<Integer> listening() throws IOException {
        TreeSet<Integer> ports = new TreeSet<>();
        for (String file : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            Pattern listen = Pattern.compile("^\\s*\\d+: [0-9A-F]+:([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} 0A ");
            for (String line : Files.readAllLines(Path.of(file))) {
                Matcher matcher = listen.matcher(line);
                if (matcher.find()) {
                    ports.add(Integer.parseInt(matcher.group(1), 16));
                }
            }
        }
        return ports;
    }

    /** Every IPv4 address of this machine but loopback, the bridges' own among them. */
    private static List<String> hostAddresses() throws IOException {
        List<String> addresses = new ArrayList<>();
        for (NetworkInterface card : Collections.list(NetworkInterface.getNetworkInterfaces())) {
            card.inetAddresses()
                    .filter(Inet4Address.class::isInstance)
                    .filter(a -> !a.isLoopbackAddress())
                    .forEach(a -> addresses.add(a.getHostAddress()));
        }
        assertThat(addresses).isNotEmpty();
        return addresses;
    }
}
