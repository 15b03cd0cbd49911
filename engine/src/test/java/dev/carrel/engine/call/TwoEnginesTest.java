/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.chassis.site.InstanceSettings;
import dev.carrel.engine.cluster.RoomStore;
import dev.carrel.engine.function.FunctionId;
import dev.carrel.engine.function.FunctionSpec;
import dev.carrel.engine.function.FunctionSpec.Visibility;
import dev.carrel.engine.function.FunctionVersion;
import dev.carrel.protocol.name.FunctionName;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.signed.HopSigner;
import dev.carrel.protocol.worker.FromWorker;
import dev.carrel.protocol.worker.ToWorker;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two engines over HTTP, each with workers in memory; their routers, which check the proofs, are left out. The first has room for one worker. */
@Timeout(60)
class TwoEnginesTest {
    private static final FunctionSpec.WorkLimits WIDE =
            new FunctionSpec.WorkLimits(0, 0, Duration.ofSeconds(10), 4, 0, 4, 300, Duration.ofMinutes(1));

    @TempDir
    Path folder;

    private final Map<String, RoomStore.Told> rooms = new ConcurrentHashMap<>();
    private final RoomStore store = new RoomStore() {
        @Override
        public void tell(Told told) {
            rooms.put(told.name(), told);
        }

        @Override
        public List<Told> told() {
            return List.copyOf(rooms.values());
        }
    };

    private final List<HopClient> clients = new ArrayList<>();
    private Engine one;
    private Engine two;

    /** An engine and its talk with the others. */
    private record Engine(CallRig rig, Neighbours neighbours, RoomTalk talk) {}

    @BeforeEach
    void open() {
        one = instance("one", 1);
        two = instance("two", 64);
        for (Engine each : List.of(one, two)) {
            each.rig().publish(1, Visibility.PUBLIC, WIDE, List.of(), 0);
            each.rig().machine.work = (worker, message) -> {
                if (message instanceof ToWorker.Call call) {
                    String text = each.neighbours().own() + call.arguments() + call.body().length;
                    worker.say(answer(call.id(), text, false));
                } else {
                    FakeMachine.ordinary(worker, message);
                }
            };
        }
    }

    private Engine instance(String name, int maxWorkers) {
        CallSettings settings = CallRig.settings(maxWorkers, Duration.ofSeconds(5), 1000);
        // The port is a form: it is told to be the server's.
        InstanceSettings instance = new InstanceSettings(name, 1, "127.0.0.1", "", "", "", "");
        HopClient client = new HopClient(instance, CallRig.VALUES, Clock.systemUTC());
        clients.add(client);
        Neighbours neighbours = new Neighbours(
                name, (of, to, from, call) -> new Errand(client, settings, of, to, from, call, System::nanoTime));
        CallRig rig = new CallRig(folder.resolve(name), settings, neighbours);
        InstanceSettings reached = new InstanceSettings(name, rig.server.port(), "127.0.0.1", "", "", "", "");
        RoomTalk talk = new RoomTalk(store, reached, neighbours, rig.calls::offer, Clock.systemUTC(), System::nanoTime);
        return new Engine(rig, neighbours, talk);
    }

    @AfterEach
    void close() {
        for (Engine each : List.of(one, two)) {
            // Nobody waits for what was never answered.
            each.rig().machine.living().forEach(worker -> worker.die(1, false));
            each.rig().close();
        }
        clients.forEach(HopClient::close);
    }

    private static FromWorker.Answer answer(String id, String text, boolean streamed) {
        return FakeCrew.answer(id, text, streamed);
    }

    private void talk() {
        two.talk().talk();
        one.talk().talk();
    }

    private static void await(BooleanSupplier condition) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited for too long").isLessThan(until);
            Thread.onSpinWait();
        }
    }

    private void busyAtOne() throws Exception {
        FunctionSpec spec = one.rig()
                .functions
                .find(new FunctionId(UserName.of("ada"), new FunctionName("calc")), "")
                .orElseThrow()
                .spec();
        one.rig()
                .functions
                .publish(new FunctionVersion(
                        new FunctionId(UserName.of("bob"), new FunctionName("slow")), 1, Instant.EPOCH, "bob", spec));
        FakeMachine.Work before = one.rig().machine.work;
        one.rig().machine.work = (worker, message) -> {
            boolean slow =
                    message instanceof ToWorker.Call && worker.init().function().equals("slow");
            if (!slow) {
                before.said(worker, message);
            }
        };
        var _ = async(one.rig().to("slow.bob"));
        await(() -> one.rig().calls.total().running() == 1);
    }

    private static CompletableFuture<HttpResponse<String>> async(HttpRequest.Builder request) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return CallRig.send(request);
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                },
                task -> Thread.ofVirtual().start(task));
    }

    @Test
    void aCallForWhichThereIsNoRoomIsServedByTheOtherWhichCountsItOnce() throws Exception {
        busyAtOne();
        talk();

        HttpResponse<String> answer = CallRig.send(one.rig()
                .to("calc.ada/add/1/2?x=y")
                .header("X-Call-Id", "my-call")
                .header("Content-Type", "text/plain")
                .POST(HttpRequest.BodyPublishers.ofString("z".repeat(90_000))));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("two[\"1\",\"2\"]90000");
        assertThat(CallRig.header(answer, "X-Carrel-Instance")).isEqualTo("two");
        assertThat(CallRig.header(answer, "X-Call-Id")).isEqualTo("my-call");
        assertThat(CallRig.header(answer, "X-Carrel-Start")).isEqualTo("cold");
        assertThat(CallRig.header(answer, "X-Carrel-Version")).isEqualTo("1");
        ToWorker.Call given = two.rig().machine.given().getFirst();
        assertThat(given.handler()).isEqualTo("add");
        assertThat(given.keywords()).isEqualTo("{\"x\":\"y\"}");
        var calc = two.rig().journals.all().keySet().iterator().next();
        assertThat(two.rig().journals.of(calc).sums().calls()).isEqualTo(1);
        assertThat(one.rig().journals.of(calc).sums().calls()).isZero();
        assertThat(one.rig().journals.of(calc).calls().getFirst().instance()).isEqualTo("two");
        assertThat(two.rig().journals.of(calc).calls().getFirst().id()).isEqualTo("my-call");
        assertThat(one.neighbours().abroad()).isZero();
    }

    @Test
    void twoHundredCallsAtOnceOverflowToTheOther() throws Exception {
        busyAtOne();
        talk();
        one.talk().start();
        two.talk().start();

        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            answers.add(async(one.rig().to("calc.ada/add/" + i)));
        }

        for (int i = 0; i < 200; i++) {
            HttpResponse<String> answer = answers.get(i).get(20, TimeUnit.SECONDS);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("two[\"" + i + "\"]0");
        }
        assertThat(two.rig().machine.given()).hasSize(200);
        assertThat(one.neighbours().abroad()).isZero();
        one.talk().stop();
        two.talk().stop();
    }

    @Test
    void aStreamPassesPieceByPieceAndItsEndIsTold() throws Exception {
        busyAtOne();
        talk();
        CountDownLatch second = new CountDownLatch(1);
        two.rig().machine.work = (worker, message) -> {
            switch (message) {
                case ToWorker.Call call -> worker.say(answer(call.id(), "first ", true));
                case ToWorker.More more ->
                    Thread.ofVirtual().start(() -> {
                        try {
                            assertThat(second.await(10, TimeUnit.SECONDS)).isTrue();
                        } catch (InterruptedException e) {
                            throw new AssertionError(e);
                        }
                        worker.say(new FromWorker.Chunk(more.id(), "second".getBytes(StandardCharsets.UTF_8)));
                        worker.say(new FromWorker.End(more.id(), null));
                    });
                default -> FakeMachine.ordinary(worker, message);
            }
        };

        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<InputStream> answer =
                    http.send(one.rig().to("calc.ada").build(), HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream in = answer.body()) {
                assertThat(new String(in.readNBytes(6), StandardCharsets.UTF_8)).isEqualTo("first ");
                second.countDown();
                assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                        .isEqualTo("second");
            }
        }
        await(() -> one.neighbours().abroad() == 0);
    }

    @Test
    void aCallerThatGoesCancelsTheCallThere() throws Exception {
        busyAtOne();
        talk();
        two.rig().machine.work = (worker, message) -> {
            if (!(message instanceof ToWorker.Call)) {
                FakeMachine.ordinary(worker, message);
            }
        };
        try (HttpClient http = HttpClient.newHttpClient()) {
            CompletableFuture<HttpResponse<String>> asked =
                    http.sendAsync(one.rig().to("calc.ada").build(), HttpResponse.BodyHandlers.ofString());
            await(() -> !two.rig().machine.given().isEmpty());

            asked.cancel(true);
            http.shutdownNow();
        }

        await(() -> two.rig().machine.workers.values().stream()
                .flatMap(worker -> worker.heard.stream())
                .anyMatch(ToWorker.Cancel.class::isInstance));
        await(() -> one.neighbours().abroad() == 0);
    }

    @Test
    void anInstanceThatCannotBeReachedCostsNobodyTheirCall() throws Exception {
        talk();
        rooms.put(
                "two",
                new RoomStore.Told(
                        "two",
                        "127.0.0.1",
                        1,
                        new Offer(9, Map.of("1:calc.ada", new Offer.Load(4, 0))).text(),
                        rooms.get("two").until()));
        one.talk().talk();

        HttpResponse<String> answer = one.rig().get("calc.ada");

        assertThat(answer.body()).isEqualTo("one[]0");
        assertThat(CallRig.header(answer, "X-Carrel-Instance")).isEqualTo("one");
    }

    @Test
    void anInstanceThatEndsInTheMiddleIsOneDefiniteAnswer() throws Exception {
        busyAtOne();
        talk();
        two.rig().machine.work = (worker, message) -> {
            if (!(message instanceof ToWorker.Call)) {
                FakeMachine.ordinary(worker, message);
            }
        };
        CompletableFuture<HttpResponse<String>> asked = async(one.rig().to("calc.ada"));
        await(() -> !two.rig().machine.given().isEmpty());

        two.rig().server.close();

        HttpResponse<String> answer = asked.get(20, TimeUnit.SECONDS);
        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(CallRig.json(answer).path("code").asText()).isEqualTo("function.worker-died");
        assertThat(CallRig.json(answer).path("message").asText()).contains("instance two");
    }

    @Test
    void whoseTimeIsOverThereIsToldSo() throws Exception {
        busyAtOne();
        talk();
        two.rig().machine.work = (worker, message) -> {
            if (!(message instanceof ToWorker.Call)) {
                FakeMachine.ordinary(worker, message);
            }
        };

        HttpResponse<String> answer = CallRig.send(one.rig().to("calc.ada").header("X-Timeout", "700ms"));

        assertThat(answer.statusCode()).isEqualTo(408);
        ToWorker.Call given = two.rig().machine.given().getFirst();
        assertThat(given.millis()).isBetween(1L, 700L);
    }

    @Test
    void aVersionThatTheOtherDoesNotKnowIsServedHereOrRefused() throws Exception {
        two.rig()
                .functions
                .delete(one.rig()
                        .publish(2, Visibility.PUBLIC, WIDE, List.of(), 0)
                        .function());
        rooms.put(
                "two",
                new RoomStore.Told(
                        "two",
                        "127.0.0.1",
                        two.rig().server.port(),
                        new Offer(9, Map.of("2:calc.ada", new Offer.Load(4, 0))).text(),
                        Clock.systemUTC().instant().plusSeconds(20)));
        one.talk().talk();

        HttpResponse<String> answer = one.rig().get("calc.ada");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("one[]0");
    }

    @Test
    void anInstanceThatEndsIsSentNothing() {
        talk();
        assertThat(one.neighbours().any()).isTrue();

        two.talk().stop();
        one.talk().talk();

        assertThat(one.neighbours().any()).isFalse();
    }

    @Test
    void withoutAProofNothingIsTaken() throws Exception {
        String path = HopSigner.CALLS_PATH + HopSigner.digest();

        for (String proof : List.of("", "v1.hop.x.y.z", two.rig().token("ada"))) {
            HttpRequest.Builder request = two.rig().at(path).POST(HttpRequest.BodyPublishers.noBody());
            HttpResponse<String> answer =
                    CallRig.send(proof.isEmpty() ? request : request.header(HopSigner.HEADER, proof));
            assertThat(answer.statusCode()).isEqualTo(403);
            assertThat(CallRig.header(answer, HopClient.NOT_TAKEN)).isNotEmpty();
        }
    }

    @Test
    void aCallIsTakenByTheNameOfTheOtherMachine() throws Exception {
        String path = HopSigner.CALLS_PATH + HopSigner.digest(new byte[1]);
        String proof = new HopSigner("one", CallRig.VALUES, Clock.systemUTC())
                .prove(HopSigner.calls("two"), HopSigner.about("POST", "10.0.0.9:8010", path), "0.0.0.0", "id");
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), two.rig().server.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(("POST " + path + " HTTP/1.1\r\nHost: 10.0.0.9:8010\r\nX-Carrel-Hop: " + proof
                                    + "\r\nContent-Length: 1\r\nConnection: close\r\n\r\n\0")
                            .getBytes(StandardCharsets.US_ASCII));

            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            // It is no call, but it was looked at.
            assertThat(answer).startsWith("HTTP/1.1 400").contains("expected: a call");
        }
    }

    @Test
    void aProofIsOfOneBody() throws Exception {
        String authority = "127.0.0.1:" + two.rig().server.port();
        byte[] proven = "proven".getBytes(StandardCharsets.UTF_8);
        String path = HopSigner.CALLS_PATH + HopSigner.digest(proven);
        String proof = new HopSigner("one", CallRig.VALUES, Clock.systemUTC())
                .prove(HopSigner.calls("two"), HopSigner.about("POST", authority, path), "0.0.0.0", "id");

        HttpResponse<String> other = CallRig.send(two.rig()
                .at(path)
                .header(HopSigner.HEADER, proof)
                .POST(HttpRequest.BodyPublishers.ofString("another")));
        HttpResponse<String> nonsense = CallRig.send(two.rig()
                .at(path)
                .header(HopSigner.HEADER, proof)
                .POST(HttpRequest.BodyPublishers.ofByteArray(proven)));

        assertThat(other.statusCode()).isEqualTo(403);
        assertThat(nonsense.statusCode()).isEqualTo(400);
    }
}
