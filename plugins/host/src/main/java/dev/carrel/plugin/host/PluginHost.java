/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import dev.carrel.plugin.Extension;
import dev.carrel.plugin.PluginContext;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes what runs agree with what lies in the plugin folders, twice a second: a jar that has appeared and stopped changing is judged, loaded and
 * started; one that was replaced is started anew before its old version is stopped, and when the new one is refused the old one stays; one that
 * is gone is stopped. One thread does all of it; what it publishes may be read by any.
 */
public final class PluginHost implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PluginHost.class);
    private static final Duration EVERY = Duration.ofMillis(500);
    /** So long a file that is no complete jar may be one that is still being copied. */
    private static final Duration COPYING = Duration.ofSeconds(5);

    private final HostSettings settings;
    private final Workshop workshop;
    private final Map<Path, Entry> entries = new LinkedHashMap<>();
    private final ReentrantLock scanning = new ReentrantLock();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile Published published;
    private volatile @Nullable Thread thread;

    /** What others see. */
    private record Published(List<PluginStatus> statuses, List<RunningPlugin> running, Set<String> features) {}

    /** Touches nothing but its own work folder, which it empties. */
    public PluginHost(HostSettings settings) throws IOException {
        this.settings = settings;
        this.workshop = new Workshop(settings);
        this.published = new Published(List.of(), List.of(), settings.features());
    }

    /** Judges and starts what is there now, then goes on looking. Returns when all of it has been judged. */
    public void start() throws InterruptedException {
        scan();
        scan();
        thread = Thread.ofPlatform().name("plugin-host").daemon().start(this::keepLooking);
    }

    private void keepLooking() {
        try {
            while (!closing.await(EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
                try {
                    scan();
                } catch (RuntimeException e) {
                    LOG.error("looking for plugins failed; it is tried again", e);
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Every jar and folder there is, and what has become of it. */
    public List<PluginStatus> statuses() {
        return published.statuses();
    }

    /** Whether the host or a running plugin has a feature. */
    public boolean hasFeature(String feature) {
        return published.features().contains(feature);
    }

    /** Everything that running plugins add at a point, by plugin id. */
    public <E extends Extension> List<LiveExtension<E>> extensions(Class<E> point) {
        List<LiveExtension<E>> found = new ArrayList<>();
        for (RunningPlugin plugin : published.running()) {
            for (Extension extension : plugin.extensions()) {
                if (point.isInstance(extension)) {
                    found.add(new LiveExtension<>(plugin.descriptor().id(), point.cast(extension), plugin.bulkhead()));
                }
            }
        }
        return found;
    }

    /** Is told, on the host's thread, whenever the set of running plugins has changed. */
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    /** One look: what is new is only noted, what was there unchanged at the last look is acted upon. */
    void scan() throws InterruptedException {
        scanning.lockInterruptibly();
        try {
            Map<Path, Source> there = sources();
            boolean changed = stopGone(there.keySet());
            List<Entry> ready = new ArrayList<>();
            for (Source source : there.values()) {
                Entry entry = entries.computeIfAbsent(source.path(), _ -> new Entry());
                if (entry.settled(source, workshop.stamp(entry.id()))) {
                    ready.add(entry);
                }
            }
            changed |= startAll(ready);
            changed |= stopLonely();
            publish(changed);
        } finally {
            scanning.unlock();
        }
    }

    private Map<Path, Source> sources() {
        Map<Path, Source> there = new LinkedHashMap<>();
        for (Path folder : settings.folders()) {
            try {
                Source.list(folder).forEach(source -> there.put(source.path(), source));
            } catch (NoSuchFileException e) {
                LOG.debug("a file went away while it was looked at", e);
            } catch (IOException e) {
                LOG.warn("plugin folder {} cannot be read: {}", folder, e.toString());
                entries.forEach((path, entry) -> {
                    if (path.startsWith(folder) && entry.source() != null) {
                        there.put(path, entry.source());
                    }
                });
            }
        }
        return there;
    }

    private boolean stopGone(Set<Path> there) throws InterruptedException {
        boolean changed = false;
        for (Path path : List.copyOf(entries.keySet())) {
            if (!there.contains(path)) {
                Entry entry = entries.remove(path);
                LOG.info("plugin {} is gone from the folder", path.getFileName());
                RunningPlugin running = entry == null ? null : entry.take();
                if (running != null) {
                    publish(true);
                    running.stop();
                }
                changed = true;
            }
        }
        return changed;
    }

    /** Providers before those who need them: as long as one more can be started, the others are looked at again. */
    private boolean startAll(List<Entry> ready) throws InterruptedException {
        List<Entry> left = new ArrayList<>(ready);
        for (Entry entry : ready) {
            if (!judge(entry)) {
                left.remove(entry);
            }
        }
        boolean changed = false;
        boolean progress = true;
        while (progress) {
            progress = false;
            for (Entry entry : List.copyOf(left)) {
                if (features().containsAll(entry.required())) {
                    left.remove(entry);
                    startOne(entry);
                    progress = true;
                    changed = true;
                }
            }
        }
        left.forEach(entry -> entry.waitFor(missing(entry)));
        return changed;
    }

    /** Whether there is something to be started. */
    private boolean judge(Entry entry) throws InterruptedException {
        Source source = entry.source();
        if (source == null) {
            return false;
        }
        if (!source.complete()) {
            boolean copying =
                    source.changed().plus(COPYING).isAfter(settings.clock().instant());
            entry.incomplete(copying);
            return false;
        }
        try {
            Descriptor descriptor = Descriptor.read(source.jars());
            entry.judged(descriptor, workshop.stamp(descriptor.id()));
            refuseTaken(entry, descriptor.id());
            if (workshop.disabled(descriptor.id())) {
                RunningPlugin running = entry.disable();
                if (running != null) {
                    publish(true);
                    running.stop();
                }
                return false;
            }
            return true;
        } catch (Refused e) {
            entry.refuse(e);
            return false;
        }
    }

    private void refuseTaken(Entry entry, String id) throws Refused {
        for (Entry other : entries.values()) {
            if (other != entry && other.runs(id)) {
                throw new Refused("its id " + id + " is taken by " + other.name() + " (remove one of them)");
            }
        }
    }

    private void startOne(Entry entry) throws InterruptedException {
        try {
            Source source = entry.source();
            Descriptor descriptor = entry.descriptor();
            if (source == null || descriptor == null) {
                throw new IllegalStateException("an entry without a file was to be started");
            }
            refuseTaken(entry, descriptor.id());
            RunningPlugin fresh =
                    RunningPlugin.start(descriptor, workshop.copy(source, descriptor.id()), this::context);
            RunningPlugin old = entry.run(fresh);
            LOG.info("plugin {} {} runs, from {}", descriptor.id(), descriptor.version(), source.name());
            if (old != null) {
                publish(true);
                old.stop();
            }
        } catch (Refused e) {
            entry.refuse(e);
        }
    }

    private PluginContext context(Descriptor descriptor) {
        return workshop.context(descriptor, this::hasFeature);
    }

    /** A plugin whose provider went away must not go on without. */
    private boolean stopLonely() throws InterruptedException {
        boolean changed = false;
        // One that is stopped may be what another one needs.
        while (stopOneLonely()) {
            changed = true;
        }
        return changed;
    }

    private boolean stopOneLonely() throws InterruptedException {
        for (Entry entry : entries.values()) {
            if (entry.running() != null && !features().containsAll(entry.required())) {
                RunningPlugin running = entry.take();
                entry.waitFor(missing(entry));
                publish(true);
                if (running != null) {
                    running.stop();
                }
                return true;
            }
        }
        return false;
    }

    private Set<String> features() {
        Set<String> features = new HashSet<>(settings.features());
        entries.values().forEach(entry -> features.addAll(entry.provided()));
        return features;
    }

    private Set<String> missing(Entry entry) {
        Set<String> missing = new HashSet<>(entry.required());
        missing.removeAll(features());
        return missing;
    }

    private void publish(boolean changed) {
        List<PluginStatus> statuses =
                entries.values().stream().map(Entry::status).toList();
        List<RunningPlugin> running = new ArrayList<>();
        entries.values().forEach(entry -> {
            if (entry.running() != null) {
                running.add(entry.running());
            }
        });
        published = new Published(statuses, running, features());
        if (changed) {
            listeners.forEach(Runnable::run);
        }
    }

    /** Stops every plugin, the ones that need others first. */
    @Override
    public void close() {
        closing.countDown();
        boolean locked = false;
        try {
            Thread looking = thread;
            if (looking != null && !looking.join(Duration.ofSeconds(5))) {
                LOG.warn("the plugin host is still busy with a plugin");
            }
            locked = scanning.tryLock(30, TimeUnit.SECONDS);
            List<Entry> all = new ArrayList<>(entries.values());
            for (Entry entry : all.reversed()) {
                RunningPlugin running = entry.take();
                if (running != null) {
                    running.stop();
                }
            }
            entries.clear();
            publish(true);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            if (locked) {
                scanning.unlock();
            }
        }
    }
}
