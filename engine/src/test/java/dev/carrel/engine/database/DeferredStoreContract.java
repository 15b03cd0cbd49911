/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.engine.call.Ask;
import dev.carrel.engine.call.Unattended;
import dev.carrel.engine.deferred.DeferredCall;
import dev.carrel.engine.deferred.DeferredCall.AskedBy;
import dev.carrel.engine.deferred.DeferredCall.Delivery;
import dev.carrel.engine.deferred.DeferredCall.End;
import dev.carrel.engine.deferred.DeferredCall.Progress;
import dev.carrel.engine.deferred.DeferredCall.State;
import dev.carrel.engine.deferred.DeferredCall.Target;
import dev.carrel.engine.deferred.DeferredStore.Added;
import dev.carrel.engine.deferred.DeferredStore.Bounds;
import dev.carrel.engine.function.FunctionId;
import dev.carrel.protocol.name.FunctionName;
import dev.carrel.protocol.name.UserName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

abstract class DeferredStoreContract extends StoreContract {
    private static final FunctionId CALC = new FunctionId(ADA, new FunctionName("calc"));
    private static final Bounds WIDE = new Bounds(1000, 1000, 1000);
    private static final Progress FRESH = new Progress(State.WAITING, 0, NOW, "");

    @BeforeEach
    void people() {
        stores.users().add(user("root", true));
        stores.users().add(user("ada"));
        stores.users().add(user("bob"));
    }

    private static DeferredCall call(
            String id, FunctionId function, Instant accepted, DeferredCall.@Nullable Callback callback) {
        return new DeferredCall(
                id,
                new Target(function, 3, NOW, "add\u0000"),
                AskedBy.user(BOB),
                accepted,
                NOW.plusSeconds(60),
                new Progress(State.WAITING, 0, accepted, ""),
                null,
                callback,
                0);
    }

    private static DeferredCall call(String id) {
        return call(id, CALC, NOW, null);
    }

    private static Ask ask(String id, byte[] body) {
        return new Ask(id, "add", "POST", "[1,\"\u0000\"]", "{\"k\":\"zoë\"}", "text/csv", Map.of("x-own", "1"), body);
    }

    private void add(DeferredCall call) {
        assertThat(stores.deferred().add(call, ask(call.id(), new byte[0]), WIDE))
                .isEqualTo(Added.YES);
    }

    private static byte[] noise(int length) {
        byte[] bytes = new byte[length];
        new Random(7).nextBytes(bytes);
        return bytes;
    }

    private static Unattended.Final answer(byte[] body) {
        return new Unattended.Final(3, 201, "text/plain", Map.of("X-Own", "ä"), body, "", "", "");
    }

    private static DeferredCall with(DeferredCall call, Progress progress) {
        return new DeferredCall(
                call.id(),
                call.target(),
                call.by(),
                call.accepted(),
                call.deadline(),
                progress,
                call.end(),
                call.callback(),
                call.revision());
    }

    private static DeferredCall over(DeferredCall call, Instant at) {
        return new DeferredCall(
                call.id(),
                call.target(),
                call.by(),
                call.accepted(),
                call.deadline(),
                new Progress(State.DONE, 1, at, ""),
                new End(at, 201, ""),
                call.callback(),
                call.revision());
    }

    private DeferredCall found(String id) {
        return stores.deferred().find(id).orElseThrow();
    }

    private List<String> due(Instant now) {
        List<String> ids = new ArrayList<>();
        stores.deferred().eachDue(now, call -> ids.add(call.id()));
        return ids;
    }

    @Test
    void isFoundAsItWasTakenEvenByAnEngineThatStartsAnew() {
        byte[] body = noise(1_000_000);
        DeferredCall.Callback callback =
                new DeferredCall.Callback("https://example.org/r?x=1", Delivery.WAITING, 0, NOW, "");
        DeferredCall call = call("one", CALC, NOW, callback);
        assertThat(stores.deferred().add(call, ask("one", body), WIDE)).isEqualTo(Added.YES);

        stores = open();

        DeferredCall found = found("one");
        assertThat(found.target()).isEqualTo(new Target(CALC, 3, NOW, "add\ufffd"));
        assertThat(found)
                .usingRecursiveComparison()
                .ignoringFields("target", "revision")
                .isEqualTo(call);
        Ask asked = stores.deferred().ask(found).orElseThrow();
        assertThat(asked).usingRecursiveComparison().isEqualTo(ask("one", body));
        assertThat(stores.deferred().result(found)).isEmpty();
        assertThat(stores.deferred().find("two")).isEmpty();
        assertThat(stores.deferred().find("\u0000")).isEmpty();
    }

    @Test
    void aResultIsWrittenOnceAndTakesThePlaceOfWhatWasAsked() {
        add(call("one"));
        DeferredCall before = found("one");
        byte[] body = noise(1_000_000);

        assertThat(stores.deferred().finish(over(before, NOW), answer(body))).isPresent();
        assertThat(stores.deferred().finish(over(before, NOW), answer(new byte[0])))
                .isEmpty();
        assertThat(stores.deferred().update(with(before, FRESH))).isEmpty();

        stores = open();
        DeferredCall after = found("one");
        assertThat(after.end()).isEqualTo(new End(NOW, 201, ""));
        assertThat(after.progress().state()).isEqualTo(State.DONE);
        assertThat(stores.deferred().result(after).orElseThrow())
                .usingRecursiveComparison()
                .isEqualTo(answer(body));
        assertThat(stores.deferred().ask(after)).isEmpty();
        assertThat(due(NOW.plusSeconds(1000))).isEmpty();
    }

    @Test
    void ofManyWhoClaimACallAtOnceOneGetsIt() throws Exception {
        add(call("one"));
        DeferredCall before = found("one");

        List<Optional<DeferredCall>> claims = atOnce(
                16,
                () -> stores.deferred()
                        .update(with(
                                before,
                                new Progress(
                                        State.RUNNING,
                                        1,
                                        NOW.plusSeconds(20),
                                        UUID.randomUUID().toString()))));

        assertThat(claims.stream().filter(Optional::isPresent)).hasSize(1);
    }

    @Test
    void whatMayBeClaimedIsFoundInTheOrderInWhichItWasDue() {
        add(call("later", CALC, NOW.plusSeconds(5), null));
        add(call("first", CALC, NOW.minusSeconds(5), null));
        add(call("second", CALC, NOW, null));
        add(call("ended"));
        stores.deferred().finish(over(found("ended"), NOW), answer(new byte[0]));
        DeferredCall second = found("second");
        stores.deferred().update(with(second, new Progress(State.RUNNING, 1, NOW.plusSeconds(20), "house/1")));

        assertThat(due(NOW)).containsExactly("first");
        assertThat(due(NOW.plusSeconds(20))).containsExactly("first", "later", "second");
        assertThat(stores.deferred().open()).isEqualTo(3);
        assertThat(stores.deferred().heldBy("house/"))
                .extracting(DeferredCall::id)
                .containsExactly("second");
        assertThat(stores.deferred().heldBy("horse/")).isEmpty();
    }

    @Test
    void thereAreNoMoreThanMayBe() {
        FunctionId bobs = new FunctionId(BOB, new FunctionName("f"));
        Bounds narrow = new Bounds(2, 3, 1000);
        for (String id : List.of("one", "two")) {
            assertThat(stores.deferred().add(call(id), ask(id, new byte[0]), narrow))
                    .isEqualTo(Added.YES);
        }
        assertThat(stores.deferred().add(call("three"), ask("three", new byte[0]), narrow))
                .isEqualTo(Added.OWNER_FULL);
        assertThat(stores.deferred().add(call("four", bobs, NOW, null), ask("four", new byte[0]), narrow))
                .isEqualTo(Added.YES);
        assertThat(stores.deferred().add(call("five", bobs, NOW, null), ask("five", new byte[0]), narrow))
                .isEqualTo(Added.ALL_FULL);

        stores.deferred().finish(over(found("one"), NOW), answer(new byte[0]));

        assertThat(stores.deferred().add(call("five", bobs, NOW, null), ask("five", new byte[0]), narrow))
                .isEqualTo(Added.YES);
    }

    @Test
    void theOldestResultsMakeRoom() {
        for (int i = 0; i < 3; i++) {
            add(call("r" + i));
            stores.deferred().finish(over(found("r" + i), NOW.plusSeconds(i)), answer(new byte[0]));
        }

        assertThat(stores.deferred().add(call("new"), ask("new", new byte[0]), new Bounds(9, 9, 3)))
                .isEqualTo(Added.YES);

        assertThat(stores.deferred().find("r0")).isEmpty();
        assertThat(stores.deferred().find("new")).isPresent();
    }

    @Test
    void oldResultsAreDeletedAndNoOthers() {
        add(call("old"));
        add(call("young"));
        add(call("open", CALC, NOW.minusSeconds(100), null));
        stores.deferred().finish(over(found("old"), NOW.minusSeconds(11)), answer(noise(300_000)));
        stores.deferred().finish(over(found("young"), NOW.minusSeconds(9)), answer(new byte[0]));

        assertThat(stores.deferred().prune(NOW.minusSeconds(10))).isEqualTo(1);

        assertThat(stores.deferred().find("old")).isEmpty();
        assertThat(stores.deferred().of(CALC, 10)).extracting(DeferredCall::id).containsExactly("young", "open");
    }

    @Test
    void whatIsCancelledIsGone() {
        add(call("one"));
        DeferredCall call = found("one");

        assertThat(stores.deferred().remove(call)).isTrue();
        assertThat(stores.deferred().remove(call)).isFalse();

        assertThat(stores.deferred().find("one")).isEmpty();
        assertThat(stores.deferred().ask(call)).isEmpty();
        assertThat(stores.deferred().finish(over(call, NOW), answer(new byte[0])))
                .isEmpty();
    }

    @Test
    void resultsToDeliverAreFoundUntilTheyAre() {
        add(call("one", CALC, NOW, new DeferredCall.Callback("http://example.org", Delivery.WAITING, 0, NOW, "")));
        add(call("none"));
        assertThat(toDeliver(NOW.plusSeconds(9))).isEmpty();
        stores.deferred().finish(over(found("one"), NOW), answer(new byte[0]));
        stores.deferred().finish(over(found("none"), NOW), answer(new byte[0]));

        DeferredCall send = toDeliver(NOW).getFirst();
        assertThat(send.id()).isEqualTo("one");
        DeferredCall.Callback later =
                new DeferredCall.Callback("http://example.org", Delivery.WAITING, 1, NOW.plusSeconds(10), "no route");
        DeferredCall tried = new DeferredCall(
                send.id(),
                send.target(),
                send.by(),
                send.accepted(),
                send.deadline(),
                send.progress(),
                send.end(),
                later,
                send.revision());
        assertThat(stores.deferred().update(tried)).isPresent();
        assertThat(stores.deferred().update(tried)).isEmpty();

        assertThat(toDeliver(NOW.plusSeconds(9))).isEmpty();
        assertThat(toDeliver(NOW.plusSeconds(10)))
                .singleElement()
                .satisfies(call -> assertThat(call.callback()).isEqualTo(later));
        assertThat(stores.deferred().result(found("one"))).isPresent();
    }

    @Test
    void aLaterPersonOfTheSameNameInheritsNothing() {
        add(call("of-ada"));
        FunctionId bobs = new FunctionId(BOB, new FunctionName("f"));
        DeferredCall byAda = new DeferredCall(
                "by-ada", new Target(bobs, 1, NOW, ""), AskedBy.user(ADA), NOW, null, FRESH, null, null, 0);
        add(byAda);
        assertThat(found("by-ada").by()).isEqualTo(AskedBy.user(ADA));

        stores.users().delete(ADA, ends(ADA, NOW));
        stores.users().add(user("ada"));

        assertThat(stores.deferred().find("of-ada")).isEmpty();
        assertThat(stores.deferred().of(CALC, 10)).isEmpty();
        assertThat(due(NOW)).containsExactly("by-ada");
        assertThat(found("by-ada").by()).isEqualTo(new AskedBy(false, Optional.empty(), null));
        assertThat(stores.deferred()
                        .add(
                                new DeferredCall(
                                        "x",
                                        new Target(new FunctionId(new UserName("carol"), CALC.name()), 1, NOW, ""),
                                        AskedBy.NOBODY,
                                        NOW,
                                        null,
                                        FRESH,
                                        null,
                                        null,
                                        0),
                                ask("x", new byte[0]),
                                WIDE))
                .isEqualTo(Added.GONE);
    }

    private List<DeferredCall> toDeliver(Instant now) {
        List<DeferredCall> found = new ArrayList<>();
        stores.deferred().eachToDeliver(now, found::add);
        return found;
    }
}
