/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.carrel.plugin.Command;
import dev.carrel.plugin.Commands;
import dev.carrel.plugin.PluginException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands of plugins wait in their turn, run on their plugin's threads and end with an outcome that is kept. */
@Timeout(120)
class CommandsTest {
    /** Waits until the file that the data names is there, unless the data is a word that it knows. */
    private static final String WORKER = """
            record Work(String name, int atOnce, int waiting, String word) implements Command {
                public Terms terms() {
                    return new Terms(name, "Does " + name, java.time.Duration.ofSeconds(name.equals("short") ? 1 : 60), atOnce, waiting);
                }
                public String run(Call call) throws Exception {
                    switch (call.data()) {
                        case "bad": throw new IllegalArgumentException("data: \\"bad\\" (expected: good)");
                        case "mute": throw new IllegalStateException();
                        case "long": return "x".repeat(5000);
                        case "nothing": return null;
                        case "exit": System.exit(3);
                        case "where": return call.caller() + " on " + Thread.currentThread().getName().replaceAll("[0-9]+", "N")
                                + " with " + Thread.currentThread().getContextClassLoader().getName();
                        default:
                            var file = java.nio.file.Path.of(call.data());
                            while (!java.nio.file.Files.exists(file)) { java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
                                if (Thread.interrupted()) { throw new InterruptedException(); } }
                            return word + " " + file.getFileName();
                    }
                }
            }
            public List<Extension> start(PluginContext context) {
                return List.of(new Work("slow", 1, 2, "WORD"), new Work("wide", 3, 10, "WORD"), new Work("short", 1, 5, "WORD"));
            }
            """;

    /** Passes what it is asked on to a command, or says what has become of a call. */
    private static final String CALLER = """
            public List<Extension> start(PluginContext context) {
                Commands commands = context.commands();
                return List.of((RequestHandler) request -> {
                    String[] path = request.path().substring(1).split(" ");
                    return PluginResponse.text(200, path.length == 1
                            ? commands.status(path[0]).map(s -> s.state() + " " + s.outcome()).orElse("unknown")
                            : commands.call(path[0], path[1], path[2]));
                });
            }
            """;

    @TempDir
    private Path root;

    private HostRig rig;
    private CommandDesk desk;
    private final List<String> told = new CopyOnWriteArrayList<>();

    private static PluginJar worker(String word) {
        return PluginJar.plugin("worker", WORKER.replace("WORD", word));
    }

    @BeforeEach
    void start() throws Exception {
        rig = new HostRig(root);
        desk = rig.host.commands();
        desk.listen((plugin, command, outcome, _) -> told.add(plugin + "/" + command + " " + outcome));
        worker("one").into(rig.folder, "worker.jar");
        rig.look();
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    private String call(String command, String data) {
        return desk.call("user:root", "worker", command, data);
    }

    private Commands.Status ended(String id) {
        return await().atMost(Duration.ofSeconds(30))
                .until(
                        () -> desk.status(id).orElseThrow(),
                        status -> status.ended().isPresent());
    }

    private Path gate(String name) {
        return root.resolve(name);
    }

    private void open(String name) throws Exception {
        Files.createFile(gate(name));
    }

    private void untilRunning(String id) {
        await().until(() -> desk.status(id).orElseThrow().state() == Commands.State.RUNNING);
    }

    @Test
    void aCallIsAnsweredAtOnceAndItsOutcomeIsKept() throws Exception {
        String id = call("slow", gate("a").toString());
        untilRunning(id);
        assertThat(desk.status(id).orElseThrow().ended()).isEmpty();

        open("a");

        Commands.Status status = ended(id);
        assertThat(status.state()).isEqualTo(Commands.State.DONE);
        assertThat(status.outcome()).isEqualTo("one a");
        assertThat(status.caller()).isEqualTo("user:root");
        await().until(() -> told, List.of("worker/slow done")::equals);
    }

    @Test
    void itRunsOnThreadsAndWithTheClassesOfItsPlugin() {
        assertThat(ended(call("slow", "where")).outcome()).isEqualTo("user:root on plugin-worker-N with plugin-worker");
    }

    @Test
    void callsOfOneCommandRunInOrderNoMoreAtOnceThanItSays() throws Exception {
        List<String> ids = new ArrayList<>();
        for (String name : List.of("a", "b", "c", "d")) {
            ids.add(call("wide", gate(name).toString()));
        }
        ids.subList(0, 3).forEach(this::untilRunning);
        assertThat(desk.status(ids.get(3)).orElseThrow().state()).isEqualTo(Commands.State.QUEUED);
        assertThat(desk.running()).isEqualTo(3);
        assertThat(desk.waiting()).isEqualTo(1);

        open("b");
        untilRunning(ids.get(3));
        assertThat(desk.waiting()).isZero();
        for (String name : List.of("a", "c", "d")) {
            open(name);
        }
        ids.forEach(id -> assertThat(ended(id).state()).isEqualTo(Commands.State.DONE));
        await().until(() -> desk.running() == 0);
    }

    @Test
    void whatWouldWaitBeyondTheBoundIsRefusedAtOnceAndOtherCommandsGoOn() throws Exception {
        String running = call("slow", gate("a").toString());
        untilRunning(running);
        call("slow", "where");
        String last = call("slow", "where");

        PluginException refusal = catchThrowableOfType(
                PluginException.class, () -> call("slow", gate("a").toString()));

        assertThat(refusal.code()).isEqualTo(Commands.FULL);
        assertThat(refusal.retryable()).isTrue();
        assertThat(refusal)
                .hasMessageContaining("2 calls of worker/slow wait already")
                .hasMessageContaining("try again");
        assertThat(told).containsExactly("worker/slow refused");
        assertThat(ended(call("wide", "where")).state()).isEqualTo(Commands.State.DONE);

        open("a");
        assertThat(ended(last).state()).isEqualTo(Commands.State.DONE);
    }

    @Test
    void allQueuesTogetherHaveABound() throws Exception {
        PluginJar.plugin("many", """
                record Work(String name) implements Command {
                    public Terms terms() { return new Terms(name, "Waits", java.time.Duration.ofMinutes(1), 1, 1000); }
                    public String run(Call call) throws Exception { new java.util.concurrent.CountDownLatch(1).await(); return ""; }
                }
                public List<Extension> start(PluginContext context) { return List.of(new Work("a"), new Work("b")); }
                """).into(rig.folder, "many.jar");
        rig.look();
        for (int i = 0; i < CommandDesk.WAITING; i++) {
            desk.call("user:root", "many", i % 2 == 0 ? "a" : "b", "");
        }
        desk.call("user:root", "many", "a", "");
        desk.call("user:root", "many", "b", "");

        assertThatThrownBy(() -> desk.call("user:root", "many", "a", ""))
                .hasMessageContaining("1000 calls of commands wait already");
    }

    @Test
    void failuresSayWhy() {
        assertThat(ended(call("slow", "bad")).outcome()).isEqualTo("data: \"bad\" (expected: good)");
        assertThat(ended(call("slow", "mute")).outcome())
                .isEqualTo("plugin worker: command slow: java.lang.IllegalStateException");
        assertThat(ended(call("slow", "exit")).outcome()).contains("it asked to end the whole process");
        assertThat(ended(call("short", gate("never").toString())).outcome())
                .isEqualTo("plugin worker: command short: it took longer than 1000 ms");
        assertThat(told).containsOnly("worker/slow failed", "worker/short failed");
    }

    @Test
    void anAnswerThatIsTooLongIsCutAndNoneIsEmpty() {
        assertThat(ended(call("slow", "long")).outcome())
                .hasSize(Command.Terms.ANSWER)
                .endsWith("x…");
        Commands.Status nothing = ended(call("slow", "nothing"));
        assertThat(nothing.state()).isEqualTo(Commands.State.DONE);
        assertThat(nothing.outcome()).isEmpty();
    }

    @Test
    void whatIsNotThereIsNamed() {
        PluginException noPlugin =
                catchThrowableOfType(PluginException.class, () -> desk.call("user:root", "wroker", "slow", ""));
        PluginException noCommand = catchThrowableOfType(PluginException.class, () -> call("sloe", ""));
        PluginException tooMuch = catchThrowableOfType(
                PluginException.class, () -> call("slow", "é".repeat(Command.Terms.DATA_BYTES / 2 + 1)));

        assertThat(noPlugin.code()).isEqualTo(Commands.UNKNOWN);
        assertThat(noPlugin).hasMessage("no plugin wroker runs (see: carrel plugin list)");
        assertThat(noCommand).hasMessage("plugin worker has no command sloe (it has: slow, wide, short)");
        assertThat(tooMuch.code()).isEqualTo(Commands.DATA);
        assertThat(tooMuch).hasMessage("data for worker/slow: 65538 bytes (expected: at most 65536)");
        assertThat(desk.status("nobody")).isEmpty();
    }

    @Test
    void theMostAllowedDataIsTaken() {
        String most = "\u0000".repeat(2) + "é".repeat(Command.Terms.DATA_BYTES / 2 - 1);
        assertThat(ended(call("slow", most)).outcome()).startsWith("Nul character not allowed");
    }

    @Test
    void oneThatWaitsWhileItsPluginIsReplacedRunsInTheNewOne() throws Exception {
        String running = call("slow", gate("a").toString());
        untilRunning(running);
        String next = call("slow", gate("b").toString());
        worker("two").into(rig.folder, "worker.jar");
        rig.host.scan();
        rig.host.scan();
        open("b");
        open("a");
        rig.host.settle();

        assertThat(ended(running).outcome()).isEqualTo("one a");
        assertThat(ended(next).state()).isEqualTo(Commands.State.DONE);
        assertThat(ended(call("slow", gate("b").toString())).outcome()).isEqualTo("two b");
    }

    @Test
    void oneThatWaitsWhileItsPluginIsRemovedFails() throws Exception {
        String running = call("slow", gate("a").toString());
        untilRunning(running);
        String next = call("slow", "where");
        Files.delete(rig.folder.resolve("worker.jar"));
        rig.host.scan();
        rig.host.scan();
        open("a");

        assertThat(ended(running).state()).isEqualTo(Commands.State.DONE);
        assertThat(ended(next).outcome())
                .isEqualTo("the plugin worker has been stopped, or has no such command any more");
        rig.host.settle();
        assertThatThrownBy(() -> call("slow", "")).hasMessageContaining("no plugin worker runs");
    }

    @Test
    void whatWaitsAtTheEndOfCarrelHasFailedAndNothingMoreIsTaken() throws Exception {
        String running = call("slow", gate("a").toString());
        untilRunning(running);
        String next = call("slow", "where");
        open("a");

        rig.close();

        assertThat(ended(next).state()).isIn(Commands.State.FAILED, Commands.State.DONE);
        assertThat(ended(running).ended()).isPresent();
        assertThatThrownBy(() -> call("slow", "")).isInstanceOf(PluginException.class);
    }

    @Test
    void onlySoManyOutcomesAreKept() throws Exception {
        PluginJar.plugin("quick", """
                record Work() implements Command {
                    public Terms terms() { return new Terms("work", "Nothing", java.time.Duration.ofMinutes(1), 1, 1000); }
                    public String run(Call call) { return ""; }
                }
                public List<Extension> start(PluginContext context) { return List.of(new Work()); }
                """).into(rig.folder, "quick.jar");
        rig.look();
        String first = desk.call("user:root", "quick", "work", "");
        ended(first);
        String last = first;
        for (int i = 0; i < CommandDesk.REMEMBERED; i++) {
            last = desk.call("user:root", "quick", "work", "");
        }
        ended(last);
        assertThat(desk.status(first)).isEmpty();
    }

    @Test
    void anotherPluginCallsAndLearnsTheOutcome() throws Exception {
        PluginJar.plugin("caller", CALLER).into(rig.folder, "caller.jar");
        rig.look();

        String id = rig.ask("caller", "/worker slow where");

        assertThat(ended(id).outcome()).startsWith("plugin:caller on plugin-worker-N");
        assertThat(rig.ask("caller", "/" + id)).startsWith("DONE plugin:caller on");
        assertThat(rig.ask("caller", "/nobody")).isEqualTo("unknown");
        assertThatThrownBy(() -> rig.ask("caller", "/worker none x")).hasMessageContaining("has no command none");
    }

    @Test
    void itsTermsAreReadAtTheStart() {
        assertThat(desk.offers("worker"))
                .extracting(Command.Terms::name, Command.Terms::atOnce, Command.Terms::waiting)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("slow", 1, 2),
                        org.assertj.core.groups.Tuple.tuple("wide", 3, 10),
                        org.assertj.core.groups.Tuple.tuple("short", 1, 5));
        assertThat(desk.offers("nobody")).isEmpty();
    }

    @Test
    void termsThatAreNoneRefuseThePlugin() throws Exception {
        refused("null", "terms() of its command sample.Sample$C answered null (expected: Command.Terms)");
        refused(
                "Terms.of(\"Up!\", \"x\")",
                "threw IllegalArgumentException: name: \"Up!\" (expected: a-z 0-9 and dashes");
        refused("Terms.of(\"same\", \"x\")", "two of its commands have the name same (expected: one each)");
    }

    private void refused(String terms, String why) throws Exception {
        PluginJar.plugin("odd", """
                record C(int i) implements Command {
                    public Terms terms() { return %s; }
                    public String run(Call call) { return ""; }
                }
                public List<Extension> start(PluginContext context) { return List.of(new C(1), new C(2)); }
                """.formatted(terms)).into(rig.folder, "odd.jar");
        rig.look();
        assertThat(rig.status("odd.jar").reason()).contains(why);
    }
}
