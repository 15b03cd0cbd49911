/* Copyright the Carrel authors. */
package dev.carrel.manager;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import dev.carrel.chassis.boot.Boot;
import dev.carrel.chassis.site.DataFolder;
import dev.carrel.chassis.site.ProcessName;
import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.protocol.channel.ClientOptions;
import dev.carrel.protocol.channel.CommandClient;
import dev.carrel.protocol.command.Command;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.Event;
import dev.carrel.protocol.command.Limits;
import dev.carrel.protocol.command.Result;
import dev.carrel.protocol.command.SessionContainer;
import dev.carrel.protocol.command.WorkerContainer;
import dev.carrel.protocol.key.CurveKeys;
import dev.carrel.protocol.name.SessionId;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.name.VolumeId;
import dev.carrel.protocol.name.WorkerId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A real manager process in this JVM with an installation of its own, the real Docker engine, and a real client over CURVE. Removes all it made. */
final class LiveManager implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(60);
    static final String TOKEN = "0123456789abcdef0123456789abcdef";
    static final String IMAGE = "carrel/session:latest";
    /** Waits for its end, which comes at once on SIGTERM. */
    static final String IDLE =
            "command: [python3, -uc, \"import signal,sys; signal.signal(15, lambda *a: sys.exit(0)); print('idle'); signal.pause()\"]";

    final DataFolder data;
    final DockerClient docker;
    final BlockingQueue<Event> events = new ArrayBlockingQueue<>(1000);
    private final SiteSettings site;
    private Boot boot;
    private final CommandClient client;

    /**
     * Starts one whose policy allows the session image as "default", an idle form of it as "idle", one that serves functions and is idle as
     * "idle-worker", and what {@code images} adds.
     */
    static LiveManager start(String images, String rest) throws Exception {
        return new LiveManager("images:\n  allow:\n" + entry("default", "") + entry("idle", IDLE)
                + entry("idle-worker", IDLE.replaceFirst("command", "worker")) + images + rest);
    }

    /** An entry of the session image. */
    static String entry(String name, String more) {
        return "    - name: " + name + "\n      reference: " + IMAGE + "\n"
                + (more.isEmpty() ? "" : "      " + more + "\n");
    }

    LiveManager(String policy) throws Exception {
        Path root = Files.createTempDirectory(
                "carrel-manager-it",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
        data = new DataFolder(root);
        docker = docker();
        requireImage();
        Files.createDirectories(data.policyFile().getParent());
        Files.writeString(data.policyFile(), policy);
        int port = freePorts();
        Files.writeString(data.settingsFile(), "site:\n  internal-ports: " + port + "\nlog:\n  console: false\n");
        Pairing.pair(data);
        site = new SiteSettings(8000, "127.0.0.1", "", port);
        boot = boot();
        client = new CommandClient(
                ClientOptions.of(
                        "127.0.0.1",
                        site.managerPort(),
                        CurveKeys.readOrCreate(data.engineCurveKey()),
                        CurveKeys.readPublic(data.pinnedManagerKey()),
                        "engine"),
                events::add);
        client.start();
        client.call(new Command.Subscribe(), PATIENCE);
    }

    private Boot boot() throws Exception {
        return Boot.start(ManagerProcess.spec(data), data, Map.of());
    }

    static DockerClient docker() {
        var config = DefaultDockerClientConfig.createDefaultConfigBuilder()
                .withDockerHost("unix:///var/run/docker.sock")
                .build();
        return DockerClientImpl.getInstance(
                config,
                new ZerodepDockerHttpClient.Builder()
                        .dockerHost(config.getDockerHost())
                        .build());
    }

    private void requireImage() {
        try {
            docker.inspectImageCmd(IMAGE).exec();
        } catch (NotFoundException e) {
            throw new AssertionError(
                    "image " + IMAGE
                            + " is not on this machine (expected: built before these tests: images/build session)",
                    e);
        }
    }

    private static int freePorts() {
        // Below the kernel's range for outgoing connections, any of which could take a port between this look and the
        // start.
        for (int attempt = 0; attempt < 200; attempt++) {
            int first = ThreadLocalRandom.current().nextInt(10_000, 32_000);
            if (Stream.iterate(first, p -> p + 1).limit(7).allMatch(LiveManager::free)) {
                return first;
            }
        }
        throw new IllegalStateException("no seven free ports in a row");
    }

    private static boolean free(int port) {
        try (ServerSocket socket = new ServerSocket(port)) {
            return socket.isBound();
        } catch (IOException _) {
            return false;
        }
    }

    /** Ends the manager and starts it again, as after a crash or an upgrade. */
    void restart() throws Exception {
        boot.close();
        boot = boot();
    }

    void stop() {
        boot.close();
    }

    void startAgain() throws Exception {
        boot = boot();
    }

    int port() {
        return site.managerPort();
    }

    int brokerPort() {
        return site.containersPort();
    }

    String install() {
        return data.installId();
    }

    Result call(Command command) throws CommandFailure, InterruptedException {
        return client.call(command, PATIENCE);
    }

    /** Carries out a command and returns what was told on the way. */
    List<String> progressOf(Command command) throws CommandFailure, InterruptedException {
        List<String> told = new CopyOnWriteArrayList<>();
        client.call(command, PATIENCE, progress -> told.add(progress.text()));
        return told;
    }

    /** A start of a new session of somebody. */
    static Command.StartSession session(String image) {
        return session(image, SessionId.random(), VolumeId.random(), Limits.POLICY);
    }

    static Command.StartSession session(String image, SessionId id, VolumeId home, Limits limits) {
        return new Command.StartSession(id, UserName.of("alice"), image, limits, home, "/user/alice/", TOKEN);
    }

    SessionContainer start(Command.StartSession command) throws CommandFailure, InterruptedException {
        return ((Result.Session) call(command)).container();
    }

    /** A start of a new worker of functions. */
    static Command.StartWorker worker(String image) {
        return new Command.StartWorker(WorkerId.random(), image, Limits.POLICY, TOKEN);
    }

    WorkerContainer start(Command.StartWorker command) throws CommandFailure, InterruptedException {
        return ((Result.Worker) call(command)).container();
    }

    String name(WorkerId worker) {
        return "crl-" + install() + "-worker-" + worker;
    }

    String name(SessionId session) {
        return "crl-" + install() + "-" + session;
    }

    InspectContainerResponse inspect(SessionId session) {
        return docker.inspectContainerCmd(name(session)).exec();
    }

    boolean exists(String name) {
        try {
            docker.inspectContainerCmd(name).exec();
            return true;
        } catch (NotFoundException _) {
            return false;
        }
    }

    /** Runs a program inside a session as its user and returns all it wrote. */
    String inside(SessionId session, String... command) throws InterruptedException {
        return inside(name(session), command);
    }

    /** As above, inside any container. */
    String inside(String container, String... command) throws InterruptedException {
        String id = docker.execCreateCmd(container)
                .withAttachStdout(true)
                .withAttachStderr(true)
                .withCmd(command)
                .exec()
                .getId();
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        docker.execStartCmd(id)
                .exec(new ResultCallback.Adapter<Frame>() {
                    @Override
                    public void onNext(Frame frame) {
                        output.writeBytes(frame.getPayload());
                    }
                })
                .awaitCompletion(60, TimeUnit.SECONDS);
        return output.toString(StandardCharsets.UTF_8);
    }

    /** Waits for an event. */
    <T extends Event> T await(Class<T> type, Predicate<T> wanted) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            Event event = events.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (event == null) {
                throw new AssertionError("no " + type.getSimpleName() + " came within " + PATIENCE);
            }
            if (type.isInstance(event) && wanted.test(type.cast(event))) {
                return type.cast(event);
            }
        }
    }

    /** Asks for a session's log until it holds a line. */
    void awaitLine(SessionId session, String line) throws CommandFailure, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!((Result.LogLines) call(new Command.TailLog(session, 10)))
                .lines()
                .contains(line)) {
            if (System.nanoTime() > end) {
                throw new AssertionError("session " + session + " did not write \"" + line + "\" within " + PATIENCE);
            }
        }
    }

    /** Waits for a number of events of a kind; others are passed over. */
    <T extends Event> List<T> awaitAll(Class<T> type, int count) throws InterruptedException {
        List<T> found = new ArrayList<>();
        while (found.size() < count) {
            found.add(await(type, _ -> true));
        }
        return found;
    }

    /** Asks a session's server until it answers with a status; a connection that is refused is no answer yet. */
    static int status(SessionContainer container, String path, Optional<String> token) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpRequest.Builder request = HttpRequest.newBuilder(
                            URI.create("http://" + container.address() + ":" + container.port() + path))
                    .timeout(PATIENCE);
            token.ifPresent(t -> request.header("Authorization", "token " + t));
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (true) {
                try {
                    return http.send(request.build(), HttpResponse.BodyHandlers.discarding())
                            .statusCode();
                } catch (java.net.ConnectException e) {
                    if (System.nanoTime() > end) {
                        throw e;
                    }
                    Thread.onSpinWait();
                }
            }
        }
    }

    String ready() throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                            HttpRequest.newBuilder(URI.create(
                                            "http://127.0.0.1:" + site.opsPort(ProcessName.MANAGER) + "/health/ready"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }

    static String run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (var output = process.getInputStream()) {
            String text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
            return text;
        }
    }

    @Override
    public void close() throws IOException {
        client.close();
        boot.close();
        docker.listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(List.of("dev.carrel.install=" + install()))
                .exec()
                .forEach(c -> docker.removeContainerCmd(c.getId())
                        .withForce(true)
                        .withRemoveVolumes(true)
                        .exec());
        removeNetwork();
        removeRules("iptables", "INPUT", "DOCKER-USER");
        removeRules("ip6tables", "INPUT", "FORWARD");
        docker.close();
        try (Stream<Path> files = Files.walk(data.root())) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private void removeNetwork() {
        for (String network : List.of("crl-" + install(), "crl-" + install() + "-workers")) {
            try {
                docker.removeNetworkCmd(network).exec();
            } catch (NotFoundException _) {
                // A test that needed none, or removed it itself.
            }
        }
    }

    private void removeRules(String tool, String... parents) throws IOException {
        List<String> listing = run(tool, "-w", "5", "-S").lines().toList();
        for (String parent : parents) {
            for (String line : listing) {
                if (line.startsWith("-A " + parent + " ") && line.contains(" -j crl-" + install() + "-")) {
                    run(Stream.concat(
                                    Stream.of(tool, "-w", "5", "-D"),
                                    Stream.of(line.substring(3).split(" ")))
                            .toArray(String[]::new));
                }
            }
        }
        for (String line : listing) {
            if (line.startsWith("-N crl-" + install() + "-")) {
                run(tool, "-w", "5", "-F", line.substring(3));
                run(tool, "-w", "5", "-X", line.substring(3));
            }
        }
    }
}
