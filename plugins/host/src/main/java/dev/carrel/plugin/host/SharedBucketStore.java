/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import dev.carrel.plugin.BucketStore;
import dev.carrel.plugin.PluginException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The store as plugins see it: each call goes to whichever plugin provides it at that moment, on the caller's thread. Any thread. */
final class SharedBucketStore implements BucketStore {
    private final Supplier<Optional<LiveExtension<BucketStore>>> provider;

    SharedBucketStore(Supplier<Optional<LiveExtension<BucketStore>>> provider) {
        this.provider = provider;
    }

    /** A call that moves bytes of the caller's. */
    @FunctionalInterface
    private interface Moving<T> {
        T on(BucketStore store) throws IOException;
    }

    private <T> T moving(String what, Moving<T> call) throws IOException {
        LiveExtension<BucketStore> now = provider.get()
                .orElseThrow(() -> PluginException.temporary(
                        DOWN,
                        PluginException.Blame.RESOURCES,
                        Duration.ZERO,
                        "no plugin provides a bucket store just now (see: carrel plugin list)",
                        null));
        try {
            return now.direct(what, () -> call.on(now.extension()));
        } catch (PluginException | IllegalArgumentException | IOException e) {
            throw e;
        } catch (PluginFailure e) {
            throw PluginException.temporary(
                    DOWN, PluginException.Blame.EXTERNAL, Duration.ZERO, String.valueOf(e.getMessage()), e);
        } catch (Exception | LinkageError e) {
            throw PluginException.permanent(
                    "bucket.fault",
                    PluginException.Blame.INTERNAL,
                    "plugin " + now.plugin() + ": " + what + ": " + e,
                    e);
        }
    }

    private <T> T call(String what, Moving<T> call) {
        try {
            return moving(what, call);
        } catch (IOException e) {
            throw new UncheckedIOException(what + " moves no bytes of the caller's", e);
        }
    }

    @Override
    public String name() {
        return call("name", BucketStore::name);
    }

    @Override
    public Item push(String key, Content content, Map<String, String> metadata) throws IOException {
        return moving("push", store -> store.push(key, content, metadata));
    }

    @Override
    public Item pull(String key, OutputStream into) throws IOException {
        return moving("pull", store -> store.pull(key, into));
    }

    @Override
    public Item pull(String key, long from, long length, OutputStream into) throws IOException {
        return moving("pull", store -> store.pull(key, from, length, into));
    }

    @Override
    public Optional<Item> find(String key) {
        return call("find", store -> store.find(key));
    }

    @Override
    public boolean delete(String key) {
        return call("delete", store -> store.delete(key));
    }

    @Override
    public Item copy(String from, String to) {
        return call("copy", store -> store.copy(from, to));
    }

    @Override
    public Item move(String from, String to) {
        return call("move", store -> store.move(from, to));
    }

    @Override
    public Listing list(String prefix, String after, int limit) {
        return call("list", store -> store.list(prefix, after, limit));
    }

    @Override
    public Optional<String> health() {
        try {
            return call("health", BucketStore::health);
        } catch (PluginException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }
}
