/* Copyright the Carrel authors. */
package dev.carrel.protocol.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.protocol.worker.FromWorker.Ready;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A worker, run on this machine or in a container that shares its network, and the broker's end of its connection. */
final class WorkerProgram implements AutoCloseable {
    static final byte[] NONE = {};
    static final int MAX_ANSWER = 4 << 20;
    private static final Path PROGRAM = Path.of("../images/session/files/usr/lib/carrel/worker");
    private static final Path JULIA = Path.of("../images/julia/files/usr/lib/carrel/julia");

    private final ZmqWorkerTransport transport = new ZmqWorkerTransport(TransportOptions.of("127.0.0.1", 0));
    private final Heard heard = new Heard();
    private final Path home;
    private final Process process;
    private final WorkerPeer peer;
    private int calls;

    /** What was printed; each as its call's id (null outside calls) and the text. */
    final List<FromWorker.Log> printed = new ArrayList<>();

    /** Starts the session image's worker on this machine and waits for its hello. */
    WorkerProgram(Path home) throws Exception {
        this(home, List.of(PROGRAM.toAbsolutePath().normalize().toString()));
    }

    /** Starts the worker of Julia functions in the image that holds Julia, and waits for its hello. */
    static WorkerProgram julia(Path home) throws Exception {
        String folder = JULIA.toAbsolutePath().normalize().toString();
        List<String> command = new ArrayList<>(List.of("docker", "run", "--rm", "--interactive", "--network=host"));
        Object user = Files.getAttribute(home, "unix:uid");
        command.addAll(
                List.of("--user=" + user + ":" + user, "--read-only", "--tmpfs=/tmp", "--volume=" + home + ":" + home));
        command.addAll(List.of("--volume=" + folder + ":" + folder + ":ro", "--workdir=" + home));
        for (String variable : List.of("HOME", "CARREL_BROKER", "CARREL_WORKER", "CARREL_TOKEN")) {
            command.add("--env=" + variable);
        }
        command.addAll(List.of("carrel/julia:latest", folder + "/worker"));
        return new WorkerProgram(home, command);
    }

    private WorkerProgram(Path home, List<String> command) throws Exception {
        this.home = home;
        transport.start(heard);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().clear();
        builder.environment()
                .putAll(Map.of(
                        "PATH", "/usr/bin:/bin",
                        "HOME", home.toString(),
                        "CARREL_BROKER", "tcp://127.0.0.1:" + transport.port(),
                        "CARREL_WORKER", "abcdefghijklmnopqrstuvwxyz",
                        "CARREL_TOKEN", "t0ken"));
        String docker = System.getenv("DOCKER_HOST");
        if (docker != null) {
            builder.environment().put("DOCKER_HOST", docker);
        }
        process = builder.redirectErrorStream(true)
                .redirectOutput(home.resolve("output").toFile())
                .start();
        Heard.Item hello = firstHeard();
        assertThat(hello.message()).isEqualTo(new FromWorker.Hello(1, "t0ken"));
        peer = hello.peer();
    }

    private Heard.Item firstHeard() throws Exception {
        while (heard.isEmpty() && process.isAlive()) {
            process.waitFor(20, TimeUnit.MILLISECONDS);
        }
        if (heard.isEmpty()) {
            throw new AssertionError("the worker said no hello (images/build makes the images): " + output());
        }
        return heard.next();
    }

    /** A Python function of this code, ready. */
    static WorkerProgram ready(Path home, String code) throws Exception {
        WorkerProgram worker = new WorkerProgram(home);
        assertThat(worker.init(code)).isInstanceOf(Ready.class);
        return worker;
    }

    FromWorker init(String code, String... handlers) throws Exception {
        return init("python3", code, Map.of(), List.of(handlers), Map.of(), 1);
    }

    /** Tells it what it is; gives what it says to that. */
    FromWorker init(
            String runtime,
            String code,
            Map<String, byte[]> files,
            List<String> handlers,
            Map<String, String> environment,
            int concurrency)
            throws Exception {
        say(new ToWorker.Init(
                "alice", "calc", 1, runtime, code, files, handlers, environment, concurrency, MAX_ANSWER));
        return next();
    }

    void say(ToWorker message) {
        assertThat(transport.send(peer, message)).isTrue();
    }

    /** Begins a call; gives its id. */
    String begin(String handler, String arguments, String keywords) {
        return begin(handler, arguments, keywords, "", NONE);
    }

    String begin(String handler, String arguments, String keywords, String type, byte[] body) {
        String id = "c" + ++calls;
        say(new ToWorker.Call(id, handler, "POST", arguments, keywords, type, Map.of("x-a", "ü"), 5000, body));
        return id;
    }

    /** Calls and waits for what comes of it. */
    FromWorker call(String handler, String arguments) throws Exception {
        begin(handler, arguments, "{}");
        return next();
    }

    /** The text of a whole, good answer. */
    String answer(String handler, String arguments) throws Exception {
        return text(call(handler, arguments));
    }

    static String text(FromWorker message) {
        assertThat(message).isInstanceOf(FromWorker.Answer.class);
        return new String(((FromWorker.Answer) message).body(), java.nio.charset.StandardCharsets.UTF_8);
    }

    /** The next message that is neither printed text nor a beat. */
    FromWorker next() throws Exception {
        while (true) {
            FromWorker message = heard.next().message();
            if (message == null) {
                throw new AssertionError("the worker is gone: " + output());
            }
            if (message instanceof FromWorker.Log log) {
                printed.add(log);
            } else if (!(message instanceof FromWorker.Beat)) {
                return message;
            }
        }
    }

    /** Waits for a sign of life. */
    void awaitBeat() throws InterruptedException {
        assertThat(heard.next().message()).isEqualTo(new FromWorker.Beat());
    }

    /** Everything that a call has printed. */
    String printed(@Nullable String id) {
        StringBuilder text = new StringBuilder();
        for (FromWorker.Log log : printed) {
            if (java.util.Objects.equals(log.id(), id)) {
                text.append(log.text()).append('\n');
            }
        }
        return text.toString();
    }

    /** Waits until something was printed that holds this. */
    void awaitPrinted(@Nullable String id, String text) throws Exception {
        while (!printed(id).contains(text)) {
            if (heard.next().message() instanceof FromWorker.Log log) {
                printed.add(log);
            }
        }
    }

    /** Waits for its end; gives its exit status. */
    int exit() throws InterruptedException {
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    /** What it has written itself. */
    String output() throws IOException {
        return Files.readString(home.resolve("output"));
    }

    ZmqWorkerTransport transport() {
        return transport;
    }

    WorkerPeer peer() {
        return peer;
    }

    Process process() {
        return process;
    }

    /** Asks without arguments and takes all of a streamed answer: its status, type, headers and text. */
    String stream(String handler) throws Exception {
        String id = begin(handler, "[]", "{}");
        FromWorker.Answer answer = (FromWorker.Answer) next();
        assertThat(answer.streamed()).isTrue();
        say(new ToWorker.More(id, 100));
        return answer.status() + " " + answer.type() + " " + answer.headers() + " " + rest(id);
    }

    /** The text of all chunks of a call that are still to come, up to an end without a failure. */
    String rest(String id) throws Exception {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            FromWorker message = next();
            if (message instanceof FromWorker.End end) {
                assertThat(end).isEqualTo(new FromWorker.End(id, null));
                return body.toString(StandardCharsets.UTF_8);
            }
            body.write(((FromWorker.Chunk) message).body());
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
        transport.close();
    }
}
