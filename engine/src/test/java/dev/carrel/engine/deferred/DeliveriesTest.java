/* Copyright the Carrel authors. */
package dev.carrel.engine.deferred;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.carrel.engine.call.Ask;
import dev.carrel.engine.deferred.DeferredCall.Delivery;
import dev.carrel.engine.function.FunctionId;
import dev.carrel.engine.function.Functions;
import dev.carrel.engine.store.StoreException;
import dev.carrel.http.outgoing.OutgoingClient.Question;
import dev.carrel.http.outgoing.OutgoingFailure;
import dev.carrel.http.outgoing.OutgoingUrl;
import dev.carrel.protocol.name.FunctionName;
import dev.carrel.protocol.name.UserName;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When a result is sent, again, and no more. */
class DeliveriesTest {
    private static final String URL = "http://receiver.example/r?x=1";

    @TempDir
    Path folder;

    private DeferredRig rig;
    private final List<Question> sent = new CopyOnWriteArrayList<>();
    private volatile int status = 200;
    private volatile Map<String, String> secrets = Map.of();
    private volatile boolean sealed;

    @BeforeEach
    void open() {
        rig = new DeferredRig(folder, 4);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private Deliveries deliveries(Deliveries.Post post) {
        Functions functions = new DeferredParts.NoFunctions() {
            @Override
            public Map<String, String> secrets(FunctionId function) {
                if (sealed) {
                    throw new StoreException("the key is gone");
                }
                return secrets;
            }
        };
        return new Deliveries(rig.store, functions, post, new DeferredMeters(rig.metrics), rig.clock);
    }

    private int post(Question question) {
        sent.add(question);
        return status;
    }

    private void ended(String id) {
        ended(id, DeferredRig.ADA);
    }

    private void ended(String id, UserName owner) {
        FunctionId function = new FunctionId(owner, new FunctionName("calc"));
        Instant now = rig.clock.instant();
        DeferredCall call = new DeferredCall(
                id,
                new DeferredCall.Target(function, 1, Instant.EPOCH, ""),
                DeferredCall.AskedBy.NOBODY,
                now,
                null,
                new DeferredCall.Progress(DeferredCall.State.WAITING, 0, now, ""),
                null,
                new DeferredCall.Callback(URL, Delivery.WAITING, 0, now, ""),
                0);
        Ask ask = new Ask(id, "", "POST", "[]", "{}", "", Map.of(), new byte[0]);
        rig.store.add(call, ask, new DeferredStore.Bounds(1000, 1000, 1000));
        rig.store.finish(rig.call(id).ended(new DeferredCall.End(now, 200, "")), DeferredRig.answer("42"));
    }

    private DeferredCall.Callback callback(String id) {
        DeferredCall.Callback callback = rig.call(id).callback();
        assertThat(callback).isNotNull();
        return callback;
    }

    private void look(Deliveries deliveries) {
        deliveries.look();
        DeferredRig.await(() -> deliveries.sendings() == 0);
    }

    @Test
    void aResultIsSentOnceWhenTheReceiverTakesIt() {
        ended("one");
        Deliveries deliveries = deliveries(this::post);

        look(deliveries);
        rig.clock.pass(Duration.ofDays(1));
        look(deliveries);

        assertThat(sent).singleElement().satisfies(question -> {
            assertThat(new String(question.body(), StandardCharsets.UTF_8)).isEqualTo("42");
            assertThat(question.headers())
                    .containsEntry("X-Call-Id", "one")
                    .containsEntry("X-Function-Name", "calc.ada")
                    .containsEntry("X-Function-Status", "200")
                    .containsEntry("Content-Type", "text/plain")
                    .doesNotContainKey("X-Carrel-Signature");
        });
        assertThat(callback("one").delivery()).isEqualTo(Delivery.DELIVERED);
    }

    @Test
    void aReceiverThatDoesNotTakeItIsTriedAgainAndThenNoMore() {
        ended("one");
        status = 500;
        Deliveries deliveries = deliveries(this::post);
        look(deliveries);
        for (Duration pause : Deliveries.PAUSES) {
            int before = sent.size();
            assertThat(callback("one").fault()).isEqualTo("The receiver answered 500.");
            rig.clock.pass(pause.minusMillis(1));
            look(deliveries);
            assertThat(sent).hasSize(before);
            rig.clock.pass(Duration.ofMillis(1));
            look(deliveries);
            assertThat(sent).hasSize(before + 1);
        }
        rig.clock.pass(Duration.ofDays(1));
        look(deliveries);

        assertThat(sent).hasSize(6);
        assertThat(callback("one").delivery()).isEqualTo(Delivery.GIVEN_UP);
    }

    @Test
    void whatCannotBeReadHereIsTriedAsOftenAndThenNoMore() {
        ended("one");
        sealed = true;
        Deliveries deliveries = deliveries(this::post);

        look(deliveries);
        assertThat(callback("one").fault()).isEqualTo("It could not be read here.");
        for (Duration pause : Deliveries.PAUSES) {
            rig.clock.pass(pause);
            look(deliveries);
        }

        assertThat(sent).isEmpty();
        assertThat(callback("one").delivery()).isEqualTo(Delivery.GIVEN_UP);
    }

    @Test
    void aReceiverThatNeverAnswersHoldsUpItsOwnersResultsOnly() {
        for (int i = 0; i < 20; i++) {
            ended("adas-" + i);
        }
        ended("bobs", new UserName("bob"));
        CountDownLatch answers = new CountDownLatch(1);
        Set<String> asked = ConcurrentHashMap.newKeySet();
        Deliveries deliveries = deliveries(question -> {
            asked.add(question.headers().get("X-Call-Id"));
            answers.await();
            return 200;
        });

        deliveries.look();
        DeferredRig.await(() -> asked.size() == deliveries.sendings());

        assertThat(asked).hasSize(9).contains("bobs");
        answers.countDown();
        DeferredRig.await(() -> deliveries.sendings() == 0);
    }

    @Test
    void redirectsAreNotTakenForAnAnswer() {
        ended("one");
        status = 302;

        look(deliveries(this::post));

        assertThat(callback("one").fault()).isEqualTo("The receiver answered 302.");
    }

    @Test
    void whatAnEnginesEndCutsOffIsSentAgainByAnother() {
        ended("one");
        Deliveries dying = deliveries(_ -> {
            throw new DeferredRig.Killed();
        });
        look(dying);
        rig.restartDatabase();
        Deliveries other = deliveries(this::post);

        look(other);
        assertThat(sent).isEmpty();
        rig.clock.pass(Duration.ofSeconds(30));
        look(other);

        assertThat(sent).hasSize(1);
        assertThat(callback("one").tries()).isEqualTo(2);
        assertThat(callback("one").delivery()).isEqualTo(Delivery.DELIVERED);
    }

    @Test
    void ofTwoEnginesOneSends() {
        ended("one");
        Deliveries one = deliveries(this::post);
        Deliveries other = deliveries(this::post);

        look(one);
        look(other);

        assertThat(sent).hasSize(1);
    }

    @Test
    void whatIsSentIsSignedWithTheFunctionsKey() {
        ended("one");
        secrets = Map.of(Deliveries.KEY, "key");

        look(deliveries(question -> {
            sent.add(question);
            throw failure();
        }));

        long now = rig.clock.instant().getEpochSecond();
        assertThat(sent.getFirst().headers().get("X-Carrel-Signature"))
                .isEqualTo(Signature.of(
                        "key", rig.clock.instant(), URL, "one", "200", "42".getBytes(StandardCharsets.UTF_8)))
                .startsWith("t=" + now + ",v1=")
                .isNotEqualTo(Signature.of(
                        "key",
                        rig.clock.instant(),
                        "http://other.example/",
                        "one",
                        "200",
                        "42".getBytes(StandardCharsets.UTF_8)));
        assertThat(callback("one").fault()).startsWith("Port 22");
    }

    private static OutgoingFailure failure() {
        OutgoingFailure failure = catchThrowableOfType(
                OutgoingFailure.class, () -> DeferredParts.outgoing().check(OutgoingUrl.parse("http://a.example:22")));
        assertThat(failure).isNotNull();
        return failure;
    }
}
