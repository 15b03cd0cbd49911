/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.carrel.engine.function.FunctionHead;
import dev.carrel.engine.function.FunctionId;
import dev.carrel.engine.function.FunctionSpec;
import dev.carrel.engine.function.FunctionStore;
import dev.carrel.engine.function.FunctionStore.Change;
import dev.carrel.engine.function.FunctionStore.Changed;
import dev.carrel.engine.function.FunctionVersion;
import dev.carrel.engine.function.SpecJson;
import dev.carrel.engine.signin.Refusal;
import dev.carrel.protocol.name.FunctionName;
import dev.carrel.protocol.name.UserName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

abstract class FunctionStoreContract extends StoreContract {
    private static final FunctionId CALC = new FunctionId(ADA, new FunctionName("calc"));

    @BeforeEach
    void people() {
        stores.users().add(user("root", true));
        stores.users().add(user("ada"));
        stores.users().add(user("bob"));
    }

    private static FunctionSpec spec(String code, int minWorkers, Map<String, byte[]> files) {
        return new FunctionSpec(
                "adds \u0000 zoë",
                "python3",
                "default",
                code,
                files,
                List.of("add", "sub"),
                Map.of("A", "1", "B", "zwei\n"),
                new FunctionSpec.WorkLimits(
                        256L << 20, 500, Duration.ofMillis(1500), 2, minWorkers, 5, 7, Duration.ofMinutes(5)),
                new FunctionSpec.CallAccess(
                        FunctionSpec.Visibility.USERS, List.of("bob"), List.of("https://example.org"), 2.5),
                true,
                List.of());
    }

    private static void same(FunctionSpec found, FunctionSpec wanted) {
        assertThat(SpecJson.write(found)).isEqualTo(SpecJson.write(wanted));
        assertThat(found).usingRecursiveComparison().ignoringFields("files").isEqualTo(wanted);
        assertThat(found.files()).containsOnlyKeys(wanted.files().keySet());
        wanted.files()
                .forEach((path, bytes) -> assertThat(found.files().get(path)).isEqualTo(bytes));
    }

    /** Adds a version, as publishing does, and activates it. */
    private static FunctionStore.Decision adding(FunctionSpec spec) {
        return head -> {
            TreeMap<Long, FunctionHead.Kept> versions = new TreeMap<>(head.versions());
            versions.put(head.next(), FunctionHead.Kept.of(spec));
            List<Long> activations = new ArrayList<>(head.activations());
            activations.add(head.next());
            return new Change(
                    new FunctionHead(
                            head.id(),
                            head.next() + 1,
                            activations,
                            versions,
                            head.aliases(),
                            head.secrets(),
                            head.forgotten(),
                            NOW,
                            NOW),
                    Optional.of(new FunctionVersion(head.id(), head.next(), NOW, "ada", spec)));
        };
    }

    private static FunctionStore.Decision having(Map<Long, FunctionHead.Kept> versions) {
        return head -> new Change(new FunctionHead(
                head.id(),
                head.next(),
                head.activations().stream().filter(versions::containsKey).toList(),
                new TreeMap<>(versions),
                head.aliases(),
                head.secrets(),
                head.forgotten(),
                head.created(),
                NOW));
    }

    private Changed add(FunctionId id, String code) {
        return stores.functions().change(id, adding(spec(code, 0, Map.of())));
    }

    @Test
    void isFoundAsItWasPublished() {
        FunctionSpec spec =
                spec("def add(a, b):\n  return a + b # \ud83d\ude00", 0, Map.of("data/x.bin", new byte[] {0, -1, 7}));

        Changed changed = stores.functions().change(CALC, adding(spec));

        assertThat(changed.before().exists()).isFalse();
        assertThat(changed.note()).isPresent();
        assertThat(stores.functions().find(CALC)).contains(changed.after());
        FunctionVersion version = stores.functions().version(CALC, 1).orElseThrow();
        same(version.spec(), spec);
        assertThat(version.created()).isEqualTo(NOW);
        assertThat(version.publisher()).isEqualTo("ada");
        assertThat(stores.functions().version(CALC, 2)).isEmpty();
        assertThat(stores.functions().find(new FunctionId(BOB, CALC.name()))).isEmpty();
    }

    @Test
    void allThatChangesIsKeptToo() {
        add(CALC, "1");
        Changed changed = stores.functions()
                .change(
                        CALC,
                        head -> new Change(new FunctionHead(
                                CALC,
                                head.next(),
                                List.of(1L),
                                head.versions(),
                                new TreeMap<>(Map.of("live", 1L, "old", 1L)),
                                new TreeMap<>(Map.of("TOKEN", "abcd.se=al=ed", "B", "")),
                                Set.of("zoe"),
                                head.created(),
                                NOW.plusSeconds(5))));

        assertThat(stores.functions().find(CALC)).contains(changed.after());
        assertThat(changed.after().number("live")).isEqualTo(1);
        assertThat(changed.after().secrets()).containsEntry("TOKEN", "abcd.se=al=ed");
    }

    @Test
    void theLargestThatMayBePublishedFits() {
        byte[] dense = new byte[256 * 1024];
        new Random(7).nextBytes(dense);
        FunctionSpec files = spec("", 0, Map.of("x.bin", dense));
        StringBuilder text = new StringBuilder();
        new Random(8).ints(256 * 1024, 32, 127).forEach(c -> text.append((char) c));
        FunctionSpec code = spec(text.toString(), 0, Map.of());

        stores.functions().change(CALC, adding(files));
        stores.functions().change(CALC, adding(code));

        same(stores.functions().version(CALC, 1).orElseThrow().spec(), files);
        same(stores.functions().version(CALC, 2).orElseThrow().spec(), code);
    }

    @Test
    void areListedByOwnerAndName() {
        for (String name : List.of("b", "a_1", "a")) {
            add(new FunctionId(ADA, new FunctionName(name)), "1");
        }
        add(new FunctionId(BOB, new FunctionName("a")), "1");

        assertThat(stores.functions().of(ADA))
                .extracting(h -> h.id().toString())
                .containsExactly("a.ada", "a_1.ada", "b.ada");
        assertThat(stores.functions().all())
                .extracting(h -> h.id().toString())
                .containsExactly("a.ada", "a_1.ada", "b.ada", "a.bob");
    }

    @Test
    void itsVersionsAreListedNewestFirstAndThoseOfAnotherAreNot() {
        add(CALC, "1");
        add(CALC, "22");
        add(new FunctionId(ADA, new FunctionName("calc2")), "333");

        FunctionHead head = stores.functions().find(CALC).orElseThrow();

        assertThat(stores.functions().versions(head))
                .extracting(FunctionStore.VersionNote::number, FunctionStore.VersionNote::size)
                .containsExactly(tuple(2L, 2L), tuple(1L, 1L));
    }

    @Test
    void versionsThatAreNoLongerKeptAreDeleted() {
        add(CALC, "1");
        add(CALC, "2");
        FunctionHead.Kept second =
                stores.functions().find(CALC).orElseThrow().versions().get(2L);

        Changed changed = stores.functions().change(CALC, having(Map.of(2L, second)));

        assertThat(stores.functions().version(CALC, 1)).isEmpty();
        assertThat(stores.functions().version(CALC, 2)).isPresent();
        assertThat(stores.functions().versions(changed.after())).hasSize(1);
    }

    @Test
    void aFunctionThatIsGoneKeepsItsNextNumberAndNothingElse() {
        add(CALC, "1");
        add(CALC, "2");

        stores.functions().change(CALC, having(Map.of()));

        assertThat(stores.functions().find(CALC)).isEmpty();
        assertThat(stores.functions().of(ADA)).isEmpty();
        assertThat(stores.functions().all()).isEmpty();
        assertThat(stores.functions().version(CALC, 1)).isEmpty();
        assertThat(stores.functions().version(CALC, 2)).isEmpty();
        assertThat(add(CALC, "3").after().active()).isEqualTo(3);
    }

    @Test
    void aDecisionThatChangesNothingWritesNothing() {
        add(CALC, "1");
        int told = stores.functions().changes(NOW).size();

        Changed changed = stores.functions().change(CALC, Change::new);

        assertThat(changed.note()).isEmpty();
        assertThat(stores.functions().changes(NOW)).hasSize(told);
    }

    @Test
    void whatADecisionThrowsIsPassedOnAndNothingIsWritten() {
        add(CALC, "1");

        assertThatThrownBy(() -> stores.functions().change(CALC, head -> {
                    throw new Refusal(Refusal.Kind.CONFLICT, "no");
                }))
                .isInstanceOf(Refusal.class)
                .hasMessage("no");
        assertThat(stores.functions().changes(NOW)).hasSize(1);
    }

    @Test
    void nobodyPublishesForAnAccountThatIsNotThere() {
        FunctionId zoes = new FunctionId(new UserName("zoe"), new FunctionName("calc"));

        assertThatThrownBy(() -> add(zoes, "1")).isInstanceOf(Refusal.class).hasMessageContaining("no account zoe");
    }

    @Test
    void ofManyPublishersAtOnceEachGetsANumberOfItsOwn() throws Exception {
        AtomicInteger codes = new AtomicInteger();

        List<Long> numbers = atOnce(
                8, () -> add(CALC, "code " + codes.incrementAndGet()).after().active());

        assertThat(numbers)
                .containsExactlyInAnyOrderElementsOf(
                        LongStream.rangeClosed(1, 8).boxed().toList());
        FunctionHead head = stores.functions().find(CALC).orElseThrow();
        assertThat(head.active()).isEqualTo(8);
        assertThat(head.versions()).hasSize(8);
        assertThat(LongStream.rangeClosed(1, 8)
                        .mapToObj(n -> stores.functions()
                                .version(CALC, n)
                                .orElseThrow()
                                .spec()
                                .code()))
                .doesNotHaveDuplicates();
    }

    @Test
    void changesAreToldOnceAndForgottenInTheEnd() {
        Changed first = add(CALC, "1");
        FunctionId other = new FunctionId(BOB, new FunctionName("x"));
        add(other, "1");

        assertThat(stores.functions().changes(NOW))
                .contains(first.note().orElseThrow())
                .hasSize(2);
        assertThat(stores.functions().changes(NOW.plusMillis(1))).isEmpty();
        assertThat(stores.functions().pruneChanges(NOW)).isZero();
        assertThat(stores.functions().pruneChanges(NOW.plusMillis(1))).isEqualTo(2);
        assertThat(stores.functions().changes(NOW)).isEmpty();
    }

    @Test
    void thoseThatWantWorkersWhenNobodyCallsAreFound() {
        stores.functions().change(CALC, adding(spec("1", 2, Map.of())));
        add(new FunctionId(BOB, new FunctionName("cold")), "1");

        assertThat(stores.functions().warm()).containsExactly(CALC);

        add(CALC, "2");

        assertThat(stores.functions().warm()).isEmpty();
    }

    @Test
    void endsWithItsAccountAndALaterOneOfTheNameHasNone() {
        add(CALC, "1");
        add(new FunctionId(ADA, new FunctionName("more")), "1");
        FunctionId bobs = new FunctionId(BOB, new FunctionName("calc"));
        add(bobs, "bob's");

        stores.users().delete(ADA, ends(ADA, NOW.plusSeconds(9)));

        assertThat(stores.functions().all()).extracting(FunctionHead::id).containsExactly(bobs);
        assertThat(stores.functions().changes(NOW.plusSeconds(9)))
                .extracting(note -> note.function().toString())
                .containsExactlyInAnyOrder("calc.ada", "more.ada");
        assertThat(stores.functions().version(CALC, 1)).isEmpty();
        stores.users().add(user("ada"));
        assertThat(stores.functions().find(CALC)).isEmpty();
        assertThat(stores.functions().of(ADA)).isEmpty();
        add(CALC, "2");
        assertThat(stores.functions().version(CALC, 1).orElseThrow().spec().code())
                .isEqualTo("2");
    }

    @Test
    void whoEndsIsForgottenByThoseWhoNamedThem() {
        add(CALC, "names bob");
        FunctionId roots = new FunctionId(new UserName("root"), new FunctionName("x"));
        add(roots, "names bob, too");
        int told = stores.functions().changes(NOW).size();

        stores.users().delete(BOB, ends(BOB, NOW));

        assertThat(stores.functions().find(CALC).orElseThrow().forgotten()).containsExactly("bob");
        assertThat(stores.functions().find(roots).orElseThrow().forgotten()).containsExactly("bob");
        assertThat(stores.functions().changes(NOW)).hasSize(told + 2);
        stores.users().delete(ADA, ends(ADA, NOW));
        assertThat(stores.functions().find(roots).orElseThrow().forgotten()).containsExactly("bob");
    }

    @Test
    void manyVersionsEndWithTheirAccountToo() {
        for (int i = 0; i < 70; i++) {
            add(CALC, "version " + i);
        }

        stores.users().delete(ADA, ends(ADA, NOW));

        assertThat(LongStream.rangeClosed(1, 70)
                        .filter(n -> stores.functions().version(CALC, n).isPresent()))
                .isEmpty();
    }

    private static FunctionSpec forUsers(FunctionSpec.Visibility visibility, List<String> users) {
        FunctionSpec spec = spec(visibility + " " + users.size(), 0, Map.of());
        return spec.with(spec.code(), new FunctionSpec.CallAccess(visibility, users, List.of(), 0));
    }

    private List<String> sharedWith(UserName user) {
        return stores.functions().sharedWith(user, 1000).stream()
                .map(FunctionId::toString)
                .toList();
    }

    private Changed activating(FunctionId function, Long number) {
        return stores.functions().change(function, head -> {
            List<Long> activations = new ArrayList<>(head.activations());
            activations.add(number);
            return new Change(new FunctionHead(
                    head.id(),
                    head.next(),
                    activations,
                    head.versions(),
                    head.aliases(),
                    head.secrets(),
                    head.forgotten(),
                    head.created(),
                    NOW));
        });
    }

    @Test
    void whoIsNamedByTheActiveVersionFindsTheFunction() {
        UserName root = new UserName("root");
        FunctionId other = new FunctionId(root, new FunctionName("a"));
        add(CALC, "names bob");
        add(other, "names bob, too");
        assertThat(sharedWith(BOB)).containsExactly("calc.ada", "a.root");
        assertThat(stores.functions().sharedWith(BOB, 1)).containsExactly(CALC);
        assertThat(sharedWith(ADA)).isEmpty();

        stores.functions().change(CALC, adding(forUsers(FunctionSpec.Visibility.PRIVATE, List.of())));
        assertThat(sharedWith(BOB)).containsExactly("a.root");
        stores.functions().change(CALC, adding(forUsers(FunctionSpec.Visibility.USERS, List.of("root", "ada"))));
        assertThat(sharedWith(BOB)).containsExactly("a.root");
        assertThat(sharedWith(root)).containsExactly("calc.ada");
        assertThat(sharedWith(ADA)).as("one's own").isEmpty();
        activating(CALC, 1L);
        assertThat(sharedWith(BOB)).containsExactly("calc.ada", "a.root");
        assertThat(sharedWith(root)).isEmpty();

        stores.functions().change(CALC, having(Map.of()));
        assertThat(sharedWith(BOB)).containsExactly("a.root");
    }

    @Test
    void nobodyFindsWhatEndedWithAnAccountNorALaterPersonWhatNamedTheFormer() {
        add(CALC, "names bob");
        FunctionId roots = new FunctionId(new UserName("root"), new FunctionName("x"));
        add(roots, "names bob, too");

        stores.users().delete(ADA, ends(ADA, NOW));
        assertThat(sharedWith(BOB)).containsExactly("x.root");
        stores.users().delete(BOB, ends(BOB, NOW));
        stores.users().add(user("bob"));
        assertThat(sharedWith(BOB)).isEmpty();

        add(roots, "names this bob");
        assertThat(sharedWith(BOB))
                .as("the name is forgotten while nobody says that it is meant")
                .isEmpty();
        stores.functions()
                .change(
                        roots,
                        head -> new Change(new FunctionHead(
                                head.id(),
                                head.next(),
                                head.activations(),
                                head.versions(),
                                head.aliases(),
                                head.secrets(),
                                Set.of(),
                                head.created(),
                                NOW)));
        assertThat(sharedWith(BOB)).containsExactly("x.root");
    }

    @Test
    void aHundredNamesAndAHundredOthers() {
        List<String> first = LongStream.range(0, 100).mapToObj(n -> "a" + n).toList();
        List<String> second = LongStream.range(50, 150).mapToObj(n -> "a" + n).toList();
        stores.functions().change(CALC, adding(forUsers(FunctionSpec.Visibility.USERS, first)));
        assertThat(first).allMatch(user -> sharedWith(new UserName(user)).equals(List.of("calc.ada")));

        stores.functions().change(CALC, adding(forUsers(FunctionSpec.Visibility.USERS, second)));
        assertThat(second).allMatch(user -> sharedWith(new UserName(user)).equals(List.of("calc.ada")));
        assertThat(first.subList(0, 50))
                .allMatch(user -> sharedWith(new UserName(user)).isEmpty());
    }
}
