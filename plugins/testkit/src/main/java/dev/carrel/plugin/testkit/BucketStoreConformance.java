/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.carrel.plugin.BucketStore;
import dev.carrel.plugin.BucketStore.Content;
import dev.carrel.plugin.BucketStore.Item;
import dev.carrel.plugin.PluginException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A {@link BucketStore}: what is pushed is what is pulled, as a whole or not at all, and its items are found in order. */
@Timeout(180)
public abstract class BucketStoreConformance {
    private BucketStore store = new FakeBucketStore();

    /** For subclasses. */
    protected BucketStoreConformance() {}

    /** The subject: a store without items, made for one test; the same one, opened once more, when asked again within that test. */
    protected abstract BucketStore open();

    /** Bytes of a large item: more than are sent at once. */
    protected int large() {
        return 20 << 20;
    }

    @BeforeEach
    final void openFirst() {
        store = open();
    }

    private Item push(String key, String text) throws IOException {
        return store.push(key, Content.of(text.getBytes(UTF_8)), Map.of());
    }

    private String pull(String key) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        store.pull(key, bytes);
        return bytes.toString(UTF_8);
    }

    private String part(String key, long from, long length) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        store.pull(key, from, length, bytes);
        return bytes.toString(UTF_8);
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    private static void notFound(Callable<?> call) {
        PluginException failure = catchThrowableOfType(PluginException.class, call::call);
        assertThat(failure).isNotNull();
        assertThat(failure.code()).isEqualTo(BucketStore.NOT_FOUND);
        assertThat(failure.retryable()).isFalse();
    }

    private List<String> keys(String prefix) {
        List<String> keys = new ArrayList<>();
        BucketStore.Listing page = store.list(prefix, "", BucketStore.LISTING);
        page.entries().forEach(entry -> keys.add(entry.key()));
        assertThat(page.next()).isEmpty();
        return keys;
    }

    @Test
    void whatIsPushedIsPulledWhateverItsSize() throws Exception {
        for (int size : List.of(0, 1, 65_536, large())) {
            byte[] bytes = new byte[size];
            new Random(size).nextBytes(bytes);
            Item pushed = store.push("item", Content.of(bytes), Map.of("made-by", "test: 1"));

            assertThat(pushed.size()).isEqualTo(size);
            assertThat(pushed.sha256()).isEqualTo(sha256(bytes));
            ByteArrayOutputStream back = new ByteArrayOutputStream();
            Item pulled = store.pull("item", back);
            assertThat(Arrays.equals(back.toByteArray(), bytes))
                    .as("the same " + size + " bytes")
                    .isTrue();
            assertThat(pulled.sha256()).isEqualTo(pushed.sha256());
            assertThat(store.find("item").orElseThrow().metadata()).containsEntry("made-by", "test: 1");
        }
    }

    @Test
    void pushingAgainReplacesBytesAndMetadata() throws Exception {
        store.push("a", Content.of(new byte[3]), Map.of("x", "1"));
        store.push("a", Content.of(new byte[2]), Map.of("y", "2"));

        Item item = store.find("a").orElseThrow();
        assertThat(item.size()).isEqualTo(2);
        assertThat(item.metadata()).isEqualTo(Map.of("y", "2"));
        assertThat(item.key()).isEqualTo("a");
    }

    @Test
    void anotherEngineSeesIt() throws Exception {
        push("a", "text");
        assertThat(open().find("a").map(Item::size)).contains(4L);
    }

    @Test
    void whatIsNotThereIsToldSo() throws Exception {
        push("there", "x");
        assertThat(store.find("none")).isEmpty();
        assertThat(store.find("There")).isEmpty();
        assertThat(store.delete("none")).isFalse();
        notFound(() -> store.pull("none", OutputStream.nullOutputStream()));
        notFound(() -> store.pull("none", 0, 1, OutputStream.nullOutputStream()));
        notFound(() -> store.copy("none", "x"));
        notFound(() -> store.move("none", "x"));
        assertThat(store.find("x")).isEmpty();
    }

    @Test
    void deletingSaysWhetherThereWasOne() throws Exception {
        push("a", "x");
        push("a/b", "y");
        assertThat(store.delete("a")).isTrue();
        assertThat(store.delete("a")).isFalse();
        assertThat(pull("a/b")).isEqualTo("y");
    }

    @Test
    void aPartIsPulledAlone() throws Exception {
        push("a", "0123456789");
        assertThat(part("a", 0, 3)).isEqualTo("012");
        assertThat(part("a", 4, 1)).isEqualTo("4");
        assertThat(part("a", 8, 100)).isEqualTo("89");
        assertThat(part("a", 10, 5)).isEmpty();
        assertThat(part("a", 50, 5)).isEmpty();
        assertThatThrownBy(() -> part("a", -1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> part("a", 0, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aCopyHasBytesAndMetadataAndReplaces() throws Exception {
        store.push("from", Content.of("new".getBytes(UTF_8)), Map.of("x", "1"));
        push("to", "old");
        Item copied = store.copy("from", "to");

        assertThat(copied.key()).isEqualTo("to");
        assertThat(pull("to")).isEqualTo("new");
        assertThat(store.find("to").orElseThrow().metadata()).isEqualTo(Map.of("x", "1"));
        assertThat(pull("from")).isEqualTo("new");
        store.copy("from", "from");
        assertThat(pull("from")).isEqualTo("new");
    }

    @Test
    void aMoveLeavesOne() throws Exception {
        store.push("from", Content.of("text".getBytes(UTF_8)), Map.of("x", "1"));
        store.move("from", "deep/to");
        assertThat(store.find("from")).isEmpty();
        assertThat(pull("deep/to")).isEqualTo("text");
        assertThat(store.find("deep/to").orElseThrow().metadata()).isEqualTo(Map.of("x", "1"));
        store.move("deep/to", "deep/to");
        assertThat(pull("deep/to")).isEqualTo("text");
    }

    @Test
    void itemsAreListedInTheOrderOfTheirBytes() throws Exception {
        List<String> keys = List.of("A", "Z/1", "a", "a b", "a!", "a-", "a/b", "a/b/c", "a0", "b", "é", "\uffee", "😀");
        for (String key : keys.reversed()) {
            push(key, key);
        }
        List<String> sorted = new ArrayList<>(keys);
        sorted.sort((l, r) -> Arrays.compareUnsigned(l.getBytes(UTF_8), r.getBytes(UTF_8)));

        assertThat(keys("")).containsExactlyElementsOf(sorted);
        assertThat(store.list("", "", 1).entries().getFirst().size()).isEqualTo(1);
    }

    @Test
    void aPrefixIsTextAndNoPattern() throws Exception {
        for (String key : List.of("ab/1", "ab2", "a%b", "a_b", "axb", "b")) {
            push(key, "x");
        }
        assertThat(keys("ab")).containsExactly("ab/1", "ab2");
        assertThat(keys("ab/")).containsExactly("ab/1");
        assertThat(keys("a%")).containsExactly("a%b");
        assertThat(keys("a_")).containsExactly("a_b");
        assertThat(keys("none")).isEmpty();
    }

    @Test
    void pagesGoOnWhereTheLastEnded() throws Exception {
        List<String> keys = new ArrayList<>();
        for (int i = 10; i < 33; i++) {
            keys.add("p/" + i);
            push("p/" + i, "x");
        }
        push("q", "x");
        List<String> found = new ArrayList<>();
        String after = "";
        for (int pages = 0; pages < 10; pages++) {
            BucketStore.Listing page = store.list("p/", after, 5);
            assertThat(page.entries()).hasSizeLessThanOrEqualTo(5);
            page.entries().forEach(entry -> found.add(entry.key()));
            if (page.next().isEmpty()) {
                break;
            }
            after = page.next().get();
        }
        assertThat(found).containsExactlyElementsOf(keys);
        assertThat(store.list("p/", "p/305", 1).entries().getFirst().key()).isEqualTo("p/31");
        assertThat(store.list("p/", "p/32", 5).entries()).isEmpty();
    }

    @Test
    void limitsOfAListingAreChecked() {
        for (int limit : List.of(0, -1, BucketStore.LISTING + 1)) {
            assertThatThrownBy(() -> store.list("", "", limit))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(Integer.toString(limit));
        }
    }

    @Test
    void keysThatLookAlikeAreDifferentItems() throws Exception {
        List<String> keys = List.of(
                "k",
                "K",
                "k ",
                "k.",
                "k+",
                "k%20",
                "k?x=1",
                "k#x",
                "k&x",
                "k/k",
                "...",
                "caf\u00e9",
                "cafe\u0301",
                "k:k",
                "k*",
                "k'\"<>|",
                "x".repeat(200) + "/y");
        for (String key : keys) {
            push(key, "of " + key);
        }
        for (String key : keys) {
            assertThat(pull(key)).isEqualTo("of " + key);
        }
        assertThat(keys("")).hasSameSizeAs(keys);
    }

    @Test
    void whatIsNoKeyIsRefusedEverywhere() throws Exception {
        push("a", "x");
        for (String key : List.of("", "/a", "a/", "a//b", "..", "a/../b", "a\\b", "a\nb", "x".repeat(201))) {
            List<Callable<?>> calls = List.of(
                    () -> push(key, "x"),
                    () -> pull(key),
                    () -> store.find(key),
                    () -> store.delete(key),
                    () -> store.copy("a", key),
                    () -> store.move("a", key));
            for (Callable<?> call : calls) {
                assertThatThrownBy(call::call).as(key).isInstanceOf(IllegalArgumentException.class);
            }
        }
        assertThatThrownBy(() -> store.push("b", Content.of(new byte[1]), Map.of("Ä", "x")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(keys("")).containsExactly("a");
    }

    /** A content that says another size than it has. */
    private record Odd(long size, byte[] bytes, AtomicBoolean closed) implements Content {
        @Override
        public InputStream open() {
            return new ByteArrayInputStream(bytes) {
                @Override
                public void close() {
                    closed.set(true);
                }
            };
        }
    }

    @Test
    void aContentOfAnotherSizeThanItSaysLeavesWhatWasThere() throws Exception {
        push("a", "before");
        for (long size : List.of(2L, 4L)) {
            AtomicBoolean closed = new AtomicBoolean();
            Content odd = new Odd(size, new byte[3], closed);
            assertThatThrownBy(() -> store.push("a", odd, Map.of())).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> store.push("b", odd, Map.of())).isInstanceOf(IOException.class);
            assertThat(closed).as("the content was closed").isTrue();
        }
        assertThat(pull("a")).isEqualTo("before");
        assertThat(keys("")).containsExactly("a");
    }

    @Test
    void aContentThatBreaksLeavesWhatWasThere() throws Exception {
        push("a", "before");
        IOException own = new IOException("the caller's disk");
        Content breaking = new Content() {
            @Override
            public long size() {
                return large();
            }

            @Override
            public InputStream open() {
                return new InputStream() {
                    private int left = large() / 2;

                    @Override
                    public int read() throws IOException {
                        byte[] one = new byte[1];
                        return read(one, 0, 1) < 0 ? -1 : one[0];
                    }

                    @Override
                    public int read(byte[] into, int offset, int length) throws IOException {
                        if (left == 0) {
                            throw own;
                        }
                        int read = Math.min(left, length);
                        Arrays.fill(into, offset, offset + read, (byte) 'x');
                        left -= read;
                        return read;
                    }
                };
            }
        };
        assertThatThrownBy(() -> store.push("a", breaking, Map.of())).isSameAs(own);
        assertThatThrownBy(() -> store.push("b", breaking, Map.of())).isSameAs(own);
        assertThat(pull("a")).isEqualTo("before");
        assertThat(keys("")).containsExactly("a");
    }

    @Test
    void theCallersStreamsStayItsOwn() throws Exception {
        push("a", "text");
        AtomicBoolean closed = new AtomicBoolean();
        store.pull("a", new ByteArrayOutputStream() {
            @Override
            public void close() {
                closed.set(true);
            }
        });
        assertThat(closed).isFalse();

        IOException own = new IOException("the caller's disk");
        OutputStream full = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw own;
            }
        };
        assertThatThrownBy(() -> store.pull("a", full)).isSameAs(own);
        assertThat(pull("a")).isEqualTo("text");
    }

    @Test
    void ofManyWhoPushOneKeyOneIsThereWhole() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Future<Item>> pushes = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                byte[] bytes =
                        String.valueOf((char) ('a' + i)).repeat(100_000 + i).getBytes(UTF_8);
                pushes.add(threads.submit(() -> store.push("a", Content.of(bytes), Map.of())));
            }
            for (int i = 0; i < 20; i++) {
                if (store.find("a").isPresent()) {
                    String text = pull("a");
                    assertThat(text.chars().distinct().count()).isEqualTo(1);
                    assertThat(text).hasSize(100_000 + text.charAt(0) - 'a');
                }
            }
            for (Future<Item> push : pushes) {
                push.get();
            }
        }
        assertThat(Collections.frequency(keys(""), "a")).isEqualTo(1);
        assertThat(pull("a").chars().distinct().count()).isEqualTo(1);
    }

    @Test
    void itIsHealthyAndHasAName() {
        assertThat(store.health()).isEmpty();
        assertThat(store.name()).isNotBlank();
    }
}
