/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import dev.carrel.plugin.BucketStore;
import dev.carrel.plugin.PluginException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A store in memory, for tests of what keeps items: it keeps every promise but those of outliving its process and of using no memory, and passes the suite of
 * this kit. Any thread.
 */
public final class FakeBucketStore implements BucketStore {
    private static final int PIECE = 8192;

    private final Data data;
    private final Set<Fault> faults;
    private volatile boolean down;

    /** What can be wrong with a store, for the kit's tests of itself. */
    enum Fault {
        LIMIT_IGNORED,
        PREFIX_IS_FOLDER,
        ORDER_OF_CHARS,
        AFTER_INCLUDED,
        NEXT_FORGOTTEN,
        METADATA_LOST,
        COPY_LOSES_METADATA,
        MOVE_KEEPS,
        MOVE_ONTO_ITSELF_DELETES,
        DELETE_ALWAYS_TRUE,
        RANGE_TOO_LONG,
        HALF_ITEMS,
        CASE_IGNORED,
        KEYS_UNCHECKED,
        SIZE_UNCHECKED,
        SINK_CLOSED,
        CONTENT_LEFT_OPEN,
        CALLERS_ERROR_WRAPPED,
        ABSENT_IS_EMPTY,
        PUSH_KEEPS_FIRST
    }

    /** An item with its bytes. */
    private record Kept(Item item, byte[] bytes) {}

    private static final class Data {
        private final NavigableMap<String, Kept> items;

        private Data(boolean charsInOrder) {
            items = charsInOrder
                    ? new TreeMap<>()
                    : new TreeMap<>((left, right) -> Arrays.compareUnsigned(
                            left.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8)));
        }
    }

    /** Without items. */
    public FakeBucketStore() {
        this(new Data(false), EnumSet.noneOf(Fault.class));
    }

    private FakeBucketStore(Data data, Set<Fault> faults) {
        this.data = data;
        this.faults = faults;
    }

    static FakeBucketStore broken(Set<Fault> faults) {
        return new FakeBucketStore(new Data(faults.contains(Fault.ORDER_OF_CHARS)), faults);
    }

    /** The same items, opened once more. */
    public FakeBucketStore another() {
        return new FakeBucketStore(data, faults);
    }

    /** From now on every call fails as when the store is down, or no longer. */
    public void down(boolean isDown) {
        down = isDown;
    }

    private boolean has(Fault fault) {
        return faults.contains(fault);
    }

    private String key(String key) {
        String checked = has(Fault.KEYS_UNCHECKED) ? key : BucketStore.checkedKey(key);
        if (down) {
            throw PluginException.temporary(
                    DOWN,
                    PluginException.Blame.EXTERNAL,
                    Duration.ofSeconds(1),
                    "the fake store is down (start it)",
                    null);
        }
        return has(Fault.CASE_IGNORED) ? checked.toLowerCase(Locale.ROOT) : checked;
    }

    private Kept kept(String key) {
        String checked = key(key);
        synchronized (data) {
            Kept found = data.items.get(checked);
            if (found == null && has(Fault.ABSENT_IS_EMPTY)) {
                return new Kept(item(checked, new byte[0], Map.of()), new byte[0]);
            }
            if (found == null) {
                throw PluginException.permanent(NOT_FOUND, PluginException.Blame.USER, "there is no item " + key, null);
            }
            return found;
        }
    }

    private static Item item(String key, byte[] bytes, Map<String, String> metadata) {
        return new Item(key, bytes.length, sha256(bytes), Clock.systemUTC().instant(), metadata);
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public Item push(String key, Content content, Map<String, String> metadata) throws IOException {
        String checked = key(key);
        Map<String, String> said = BucketStore.checkedMetadata(metadata);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        InputStream in = content.open();
        try {
            copy(in, bytes);
        } catch (IOException e) {
            if (has(Fault.HALF_ITEMS)) {
                keep(checked, bytes.toByteArray(), said);
            }
            if (has(Fault.CALLERS_ERROR_WRAPPED)) {
                throw PluginException.permanent(
                        DAMAGED, PluginException.Blame.INTERNAL, "pushing " + key + " failed", e);
            }
            throw e;
        } finally {
            if (!has(Fault.CONTENT_LEFT_OPEN)) {
                in.close();
            }
        }
        if (bytes.size() != content.size() && !has(Fault.SIZE_UNCHECKED)) {
            throw new IOException("content of " + key + ": " + bytes.size() + " bytes (expected: " + content.size()
                    + ", as it says itself)");
        }
        return keep(checked, bytes.toByteArray(), said);
    }

    private static void copy(InputStream in, OutputStream out) throws IOException {
        byte[] piece = new byte[PIECE];
        for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
            out.write(piece, 0, read);
        }
    }

    private Item keep(String key, byte[] bytes, Map<String, String> metadata) {
        Item item = item(key, bytes, has(Fault.METADATA_LOST) ? Map.of() : metadata);
        synchronized (data) {
            if (has(Fault.PUSH_KEEPS_FIRST)) {
                data.items.putIfAbsent(key, new Kept(item, bytes));
            } else {
                data.items.put(key, new Kept(item, bytes));
            }
        }
        return item;
    }

    @Override
    public Item pull(String key, OutputStream into) throws IOException {
        Kept kept = kept(key);
        into.write(kept.bytes());
        if (has(Fault.SINK_CLOSED)) {
            into.close();
        }
        return kept.item();
    }

    @Override
    public Item pull(String key, long from, long length, OutputStream into) throws IOException {
        if (from < 0 || length < 1) {
            throw new IllegalArgumentException(
                    "from: " + from + ", length: " + length + " (expected: from 0, at least 1)");
        }
        Kept kept = kept(key);
        int size = kept.bytes().length;
        int begin = (int) Math.min(from, size);
        int end = (int) Math.min(size, begin + length + (has(Fault.RANGE_TOO_LONG) ? 1 : 0));
        into.write(kept.bytes(), begin, end - begin);
        return kept.item();
    }

    @Override
    public Optional<Item> find(String key) {
        String checked = key(key);
        synchronized (data) {
            return Optional.ofNullable(data.items.get(checked)).map(Kept::item);
        }
    }

    @Override
    public boolean delete(String key) {
        String checked = key(key);
        synchronized (data) {
            return data.items.remove(checked) != null || has(Fault.DELETE_ALWAYS_TRUE);
        }
    }

    @Override
    public Item copy(String from, String to) {
        Kept kept = kept(from);
        return keep(
                key(to),
                kept.bytes(),
                has(Fault.COPY_LOSES_METADATA) ? Map.of() : kept.item().metadata());
    }

    @Override
    public Item move(String from, String to) {
        if (from.equals(to) && !has(Fault.MOVE_ONTO_ITSELF_DELETES)) {
            return kept(from).item();
        }
        Item moved = copy(from, to);
        if (!has(Fault.MOVE_KEEPS)) {
            delete(from);
        }
        return moved;
    }

    @Override
    public Listing list(String prefix, String after, int limit) {
        int most = has(Fault.LIMIT_IGNORED) ? Integer.MAX_VALUE - 1 : BucketStore.checkedLimit(limit);
        List<Entry> entries = new ArrayList<>();
        synchronized (data) {
            String start =
                    prefix.isEmpty() || !has(Fault.PREFIX_IS_FOLDER) || prefix.endsWith("/") ? prefix : prefix + "/";
            for (Kept kept :
                    data.items.tailMap(after, has(Fault.AFTER_INCLUDED)).values()) {
                Item item = kept.item();
                if (item.key().startsWith(start) && entries.size() <= most) {
                    entries.add(new Entry(item.key(), item.size(), item.changed()));
                }
            }
        }
        boolean more = entries.size() > most;
        List<Entry> page = more ? entries.subList(0, most) : entries;
        return new Listing(
                page,
                more && !has(Fault.NEXT_FORGOTTEN) ? Optional.of(page.getLast().key()) : Optional.empty());
    }

    @Override
    public Optional<String> health() {
        return down ? Optional.of("the fake store is down") : Optional.empty();
    }
}
