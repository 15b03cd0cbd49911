/* Copyright the Carrel authors. */
package dev.carrel.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One real installation: the built distribution with a data folder and ports of its own, driven through its command line. Closing it stops it,
 * removes its containers and its network, and shows its logs when a test has failed.
 */
final class Carrel implements AutoCloseable {
    static final ObjectMapper JSON = new ObjectMapper();
    private static final Path DISTRIBUTION = Path.of(
                    System.getProperty("carrel.distribution", "../distribution/target/carrel"))
            .toAbsolutePath()
            .normalize();

    private final Path data;
    private final int port;
    private final Map<String, String> environment = new LinkedHashMap<>();
    private int publicPort;

    private Carrel(Path data, int port) {
        this.data = data;
        this.port = port;
        this.publicPort = port;
    }

    /** Prepares nothing yet: a data folder that does not exist and eight free ports. */
    static Carrel prepared() {
        try {
            assertThat(DISTRIBUTION.resolve("bin/carrel"))
                    .as("the built distribution")
                    .isExecutable();
            Path data = Files.createTempDirectory("carrel-e2e").resolve("data");
            return new Carrel(data, freePorts());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A running one, with an administrator {@code admin} who has a password. */
    static Carrel up() {
        Carrel carrel = prepared();
        carrel.succeed("setup");
        carrel.addUser("admin", "the admin's pass phrase", true);
        carrel.start();
        return carrel;
    }

    /** Starts it in the background and waits until it is ready; returns what was printed. */
    String start() {
        return succeed("up", "--detach", "--port", Integer.toString(port));
    }

    Carrel with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    /** People come to it by another port, at which a balancer stands. */
    Carrel behind(Balancer balancer) {
        publicPort = balancer.port();
        return with("CARREL_SITE_PUBLIC_URL", url());
    }

    void addUser(String name, String password, boolean admin) {
        List<String> command = new ArrayList<>(List.of("user", "add", name, "--password-stdin"));
        if (admin) {
            command.add("--admin");
        }
        Ran ran = run(password + "\n", command.toArray(String[]::new));
        assertThat(ran.status()).as(ran.all()).isZero();
    }

    String token(String user, String... more) {
        List<String> command = new ArrayList<>(List.of("token", "create", user));
        command.addAll(List.of(more));
        Ran ran = run("", command.toArray(String[]::new));
        assertThat(ran.status()).as(ran.all()).isZero();
        assertThat(ran.out().strip())
                .as("nothing but the token on standard output")
                .matches("\\S{40,}");
        return ran.out().strip();
    }

    String url() {
        return "http://localhost:" + publicPort;
    }

    String origin(String label) {
        return "http://" + label + ".localhost:" + publicPort;
    }

    int port() {
        return port;
    }

    String program() {
        return DISTRIBUTION.resolve("bin/carrel").toString();
    }

    Path data() {
        return data;
    }

    JsonNode status() {
        try {
            return JSON.readTree(run("", "status", "--json").out());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    long pid(String process) {
        return status().path("processes").path(process).path("pid").asLong();
    }

    /** kill -9, and waits until the process is gone. */
    void kill(String process) throws Exception {
        ProcessHandle handle = ProcessHandle.of(pid(process)).orElseThrow();
        handle.destroyForcibly();
        handle.onExit().get(10, TimeUnit.SECONDS);
    }

    String installId() {
        try {
            return Files.readString(data.resolve("install-id")).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The ids of this installation's containers. */
    List<String> containers() {
        return docker("ps", "-aq", "--no-trunc", "--filter", "label=dev.carrel.install=" + installId())
                .lines()
                .toList();
    }

    static String docker(String... arguments) {
        List<String> command = new ArrayList<>(List.of("docker"));
        command.addAll(List.of(arguments));
        Ran ran = exec("", Map.of(), command);
        assertThat(ran.status()).as(ran.all()).isZero();
        return ran.out();
    }

    String succeed(String... arguments) {
        Ran ran = run("", arguments);
        assertThat(ran.status())
                .as("carrel %s: %s%s", List.of(arguments), ran.all(), logs())
                .isZero();
        return ran.out();
    }

    Ran run(String input, String... arguments) {
        List<String> command =
                new ArrayList<>(List.of(DISTRIBUTION.resolve("bin/carrel").toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("--data", data.toString()));
        return exec(input, environment, command);
    }

    /** What a command said. */
    record Ran(int status, String out, String err) {
        String all() {
            return "status " + status + "\n" + out + "\n" + err;
        }
    }

    static Ran exec(String input, Map<String, String> environment, List<String> command) {
        try {
            Path out = Files.createTempFile("out", ".txt");
            Path err = Files.createTempFile("err", ".txt");
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            try (var stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(StandardCharsets.UTF_8));
            } catch (IOException _) {
                // A command that does not read its input may have ended already.
            }
            if (!process.waitFor(300, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(
                        command + " did not end within 300 s: " + Files.readString(out) + Files.readString(err));
            }
            Ran ran = new Ran(process.exitValue(), Files.readString(out), Files.readString(err));
            Files.delete(out);
            Files.delete(err);
            return ran;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** The end of every log, for the message of a failed assertion. */
    String logs() {
        StringBuilder text = new StringBuilder();
        for (String name : List.of("launcher", "engine", "router", "manager")) {
            Path log = data.resolve("logs/" + name + ".log");
            if (Files.exists(log)) {
                try {
                    List<String> lines = Files.readAllLines(log);
                    text.append("\n--- ").append(name).append('\n');
                    lines.subList(Math.max(0, lines.size() - 40), lines.size())
                            .forEach(l -> text.append(l).append('\n'));
                } catch (IOException e) {
                    text.append(e);
                }
            }
        }
        return text.toString();
    }

    /** The one-time link in what {@code up} printed. */
    static String link(String printed) {
        Matcher matcher = Pattern.compile("http://\\S+/hub/invite/\\S+").matcher(printed);
        assertThat(matcher.find()).as("a one-time link in: %s", printed).isTrue();
        return matcher.group();
    }

    /** Eight ports in a row that are free now: the public one and seven internal ones. */
    static int freePorts() throws IOException {
        for (int i = 0; i < 200; i++) {
            int port = 20_000 + (int) (Math.random() * 10_000);
            boolean free = true;
            for (int offset = 0; offset < 8 && free; offset++) {
                try (ServerSocket socket = new ServerSocket()) {
                    socket.setReuseAddress(true);
                    socket.bind(new InetSocketAddress(InetAddress.getByName("0.0.0.0"), port + offset));
                } catch (IOException _) {
                    free = false;
                }
            }
            if (free) {
                return port;
            }
        }
        throw new IOException("no eight free ports in a row");
    }

    @Override
    public void close() {
        Ran down = run("", "down");
        if (Files.exists(data.resolve("install-id"))) {
            containers().forEach(id -> docker("rm", "-f", id));
            for (String network : List.of("crl-" + installId(), "crl-" + installId() + "-workers")) {
                exec("", Map.of(), List.of("docker", "network", "rm", network));
            }
        }
        assertThat(down.status()).as(down.all()).isZero();
    }

    static Duration seconds(long amount) {
        return Duration.ofSeconds(amount);
    }
}
