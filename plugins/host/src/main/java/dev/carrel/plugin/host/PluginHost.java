/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import dev.carrel.plugin.BucketStore;
import dev.carrel.plugin.Database;
import dev.carrel.plugin.Extension;
import dev.carrel.plugin.Mailer;
import dev.carrel.plugin.PluginContext;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes what runs agree with what lies in the plugin folders, twice a second: a jar that has appeared and stopped changing is judged, loaded and
 * started; one that was replaced is started anew before its old version is stopped, and when the new one is refused the old one stays; one that
 * is gone is stopped. One thread decides all of it; what it publishes may be read by any. Starts and stops have threads of their own.
 */
public final class PluginHost implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PluginHost.class);
    private static final Duration EVERY = Duration.ofMillis(500);
    /** So long a file that is no complete jar may be one that is still being copied. */
    private static final Duration COPYING = Duration.ofSeconds(5);
    /** The longest that a plugin's end takes. */
    private static final Duration STOPPED = Duration.ofSeconds(25);

    private final HostSettings settings;
    private final Workshop workshop;
    private final Map<Path, Part> parts = new LinkedHashMap<>();
    private final Map<Path, Entry> entries = new LinkedHashMap<>();
    private final ReentrantLock scanning = new ReentrantLock();
    /** Of every plugin that is still held by somebody. */
    private final Set<SharedDatabase> databases = Collections.newSetFromMap(new WeakHashMap<>());

    private final CommandDesk commands;
    private final Errands errands = new Errands();
    /** The program's own database as an extension of no plugin. */
    private final Optional<LiveExtension<Database>> own;

    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile boolean closing;
    private volatile Published published;
    private volatile @Nullable Thread thread;

    /** Touches nothing but its own work folder, which it empties. */
    public PluginHost(HostSettings settings) throws IOException {
        this(settings, List.of());
    }

    /** A host that runs parts of the program as plugins, too. */
    public PluginHost(HostSettings settings, List<Part> parts) throws IOException {
        this.settings = settings;
        parts.forEach(part -> this.parts.put(part.path(), part));
        this.workshop = new Workshop(settings);
        ClassLoader loader = PluginHost.class.getClassLoader();
        this.own = settings.tables()
                .own()
                .map(database ->
                        new LiveExtension<>("carrel", database, new Bulkhead("carrel", loader, settings.calls())));
        this.commands = new CommandDesk(this::commandsOf, settings.clock());
        this.published = new Published(List.of(), List.of(), settings.features());
    }

    /** Judges and starts what is there now, then goes on looking. Returns when all of it has been judged. */
    public void start() throws InterruptedException {
        scan();
        scan();
        settle();
        thread = Thread.ofPlatform().name("plugin-host").daemon().start(this::keepLooking);
    }

    private void keepLooking() {
        try {
            while (!closing) {
                try {
                    turn(EVERY);
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

    /** Everything that running plugins add at a point, by plugin id; as quick as a look into a map. */
    public <E extends Extension> List<LiveExtension<E>> extensions(Class<E> point) {
        return published.extensions(point);
    }

    /** Where commands of plugins are called. */
    public CommandDesk commands() {
        return commands;
    }

    /** Is told, on the host's thread, whenever {@link #statuses} has changed. */
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    /** One look: what is new is only noted, what was there unchanged at the last look is acted upon. */
    void scan() throws InterruptedException {
        scanning.lockInterruptibly();
        try {
            Map<Path, Source> there = sources();
            stopGone(there.keySet());
            List<Entry> ready = new ArrayList<>();
            for (Source source : there.values()) {
                Entry entry = entries.computeIfAbsent(source.path(), _ -> new Entry());
                if (entry.settled(source, workshop.stamp(entry.id()))) {
                    ready.add(entry);
                }
            }
            startAll(ready);
            stopLonely();
            publish();
        } finally {
            scanning.unlock();
        }
    }

    private Map<Path, Source> sources() {
        Map<Path, Source> there = new LinkedHashMap<>();
        parts.keySet().forEach(path -> there.put(path, new Source(path, List.of(), Part.STAMP, Instant.EPOCH)));
        for (Path folder : settings.folders()) {
            try {
                Source.list(folder).forEach(source -> there.put(source.path(), source));
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

    private void stopGone(Set<Path> there) {
        for (Path path : List.copyOf(entries.keySet())) {
            Entry known = entries.get(path);
            if (known != null && known.missing(!there.contains(path))) {
                Entry entry = entries.remove(path);
                LOG.info("plugin {} is gone from the folder", path.getFileName());
                stop(entry == null ? null : entry.take());
            }
        }
    }

    /** Nobody is let in any more before it is stopped. */
    private void stop(@Nullable RunningPlugin plugin) {
        if (plugin != null) {
            publish();
            errands.stop(plugin);
        }
    }

    /** Starts what has all it needs; the others are looked at again. */
    private void startAll(List<Entry> ready) {
        for (Entry entry : ready) {
            if (judge(entry)) {
                Set<String> missing = missing(entry);
                if (missing.isEmpty()) {
                    startOne(entry);
                } else {
                    entry.waitFor(missing);
                }
            }
        }
    }

    /** Waits until nothing is being started or stopped, and nothing waits for what has just been started. */
    void settle() throws InterruptedException {
        while (errands.busy()) {
            turn(Duration.ofSeconds(1));
        }
    }

    /** Waits for an outcome, at most so long, and looks: an outcome may be what another plugin waits for. Whether there was one. */
    boolean turn(Duration limit) throws InterruptedException {
        boolean outcome = errands.next(limit);
        scan();
        return outcome;
    }

    /** Whether there is something to be started. */
    private boolean judge(Entry entry) {
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
            Part part = parts.get(source.path());
            Descriptor descriptor = part == null ? Descriptor.read(source.jars()) : part.descriptor();
            entry.judged(descriptor, workshop.stamp(descriptor.id()));
            if (settings.tables().alone()
                    && !descriptor.id().equals(settings.tables().plugin())) {
                return false;
            }
            refuseTaken(entry, descriptor.id());
            if (workshop.disabled(descriptor.id())) {
                stop(entry.disable());
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
            if (other != entry && other.claims(id)) {
                throw new Refused("its id " + id + " is taken by " + other.name() + " (remove one of them)");
            }
        }
    }

    private void startOne(Entry entry) {
        Source source = entry.source();
        Descriptor descriptor = entry.descriptor();
        if (source == null || descriptor == null) {
            throw new IllegalStateException("an entry without a file was to be started");
        }
        boolean replaces = entry.running() != null;
        entry.starting();
        errands.begin("start-" + descriptor.id(), () -> {
            try {
                if (!replaces) {
                    errands.awaitStop(descriptor.id(), STOPPED);
                }
                Part part = parts.get(source.path());
                RunningPlugin fresh = part == null
                        ? RunningPlugin.start(
                                descriptor, workshop.copy(source, descriptor.id()), this::context, settings.calls())
                        : RunningPlugin.start(part, this::context, settings.calls());
                return () -> started(source, entry, fresh);
            } catch (Refused e) {
                return () -> entry.refuse(e);
            }
        });
    }

    private void started(Source source, Entry entry, RunningPlugin fresh) {
        if (closing || entries.get(source.path()) != entry) {
            errands.stop(fresh);
            return;
        }
        RunningPlugin old = entry.run(fresh);
        Descriptor descriptor = fresh.descriptor();
        LOG.info("plugin {} {} runs, from {}", descriptor.id(), descriptor.version(), source.name());
        stop(old);
    }

    private PluginContext context(Descriptor descriptor) {
        SharedDatabase database = database();
        synchronized (databases) {
            databases.add(database);
        }
        return workshop.context(descriptor, this::hasFeature, lent(database));
    }

    /** What its plugins give each other. */
    Lent lent(Database database) {
        return new Lent(
                database,
                new SharedMailer(() -> first(Mailer.class)),
                new SharedBucketStore(() -> first(BucketStore.class)),
                commands::of);
    }

    private Optional<Map<String, ReadyCommand>> commandsOf(String plugin) {
        return published.running().stream()
                .filter(running -> running.descriptor().id().equals(plugin))
                .findFirst()
                .map(RunningPlugin::commands);
    }

    /** The database that is lent, followed when the plugin that provides it is replaced; while none is there its calls fail. */
    public SharedDatabase database() {
        return new SharedDatabase(() -> own.or(this::provided));
    }

    private Optional<LiveExtension<Database>> provided() {
        String wanted = settings.tables().plugin();
        return wanted.isEmpty()
                ? first(Database.class)
                : extensions(Database.class).stream()
                        .filter(extension -> extension.plugin().equals(wanted))
                        .findFirst();
    }

    /** Every table that a plugin has opened. */
    public Set<Class<? extends Record>> tables() {
        Set<Class<? extends Record>> types = new LinkedHashSet<>();
        synchronized (databases) {
            databases.forEach(database -> types.addAll(database.types()));
        }
        return types;
    }

    /** The first by its id, so that it is the same at every call, and on every engine. */
    private <E extends Extension> Optional<LiveExtension<E>> first(Class<E> point) {
        List<LiveExtension<E>> all = extensions(point);
        return all.isEmpty() ? Optional.empty() : Optional.of(all.getFirst());
    }

    /** A plugin whose provider went away must not go on without; and one that is stopped may be what another one needs. */
    private void stopLonely() {
        boolean found = true;
        while (found) {
            found = false;
            for (Entry entry : entries.values()) {
                if (entry.running() != null && !missing(entry).isEmpty()) {
                    RunningPlugin running = entry.take();
                    entry.waitFor(missing(entry));
                    stop(running);
                    found = true;
                }
            }
        }
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

    private void publish() {
        List<PluginStatus> statuses =
                entries.values().stream().map(Entry::status).toList();
        List<RunningPlugin> running = running();
        Published before = published;
        if (!statuses.equals(before.statuses()) || !running.equals(before.running())) {
            published = new Published(statuses, running, features());
            synchronized (databases) {
                databases.forEach(SharedDatabase::forget);
            }
            listeners.forEach(Runnable::run);
        }
    }

    private List<RunningPlugin> running() {
        return entries.values().stream()
                .flatMap(entry -> Stream.ofNullable(entry.running()))
                .toList();
    }

    /** Stops every plugin, the ones that need others first. */
    @Override
    public void close() {
        closing = true;
        commands.close();
        errands.interrupt();
        boolean locked = false;
        try {
            Thread looking = thread;
            if (looking != null && !looking.join(Duration.ofSeconds(5))) {
                LOG.warn("the plugin host is still busy with a plugin");
            }
            locked = scanning.tryLock(30, TimeUnit.SECONDS);
            finish();
            while (!running().isEmpty()) {
                nextWave().forEach(entry -> stop(entry.take()));
                finish();
            }
            entries.clear();
            publish();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            if (locked) {
                scanning.unlock();
            }
        }
    }

    /** Those whose features nobody needs who still runs. */
    private List<Entry> nextWave() {
        List<Entry> all =
                entries.values().stream().filter(e -> e.running() != null).toList();
        Set<String> needed = new HashSet<>();
        all.forEach(entry -> needed.addAll(entry.required()));
        List<Entry> free = all.stream()
                .filter(e -> Collections.disjoint(e.provided(), needed))
                .toList();
        return free.isEmpty() ? all : free;
    }

    private void finish() throws InterruptedException {
        if (!errands.finish(STOPPED)) {
            LOG.warn(
                    "a plugin has not stopped after {} s; the others are stopped without waiting for it",
                    STOPPED.toSeconds());
        }
    }
}
