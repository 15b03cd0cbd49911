/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import dev.carrel.plugin.PluginException;
import dev.carrel.plugin.Volume;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Homes, or whatever else, in folders of a folder, for tests of what gives sessions disks. It passes the suite of this kit. Any thread. */
public final class FakeVolume implements Volume {
    private static final int MOST = 100;

    private final Path folder;
    private final Kind kind;
    private final Set<Fault> faults;
    private final Map<String, Disk> ready = new TreeMap<>();

    /** What can be wrong with a volume, for the kit's tests of itself. */
    enum Fault {
        OWNERS_IN_LOWER_CASE,
        OWNERS_CUT,
        VOLUMES_MIXED,
        OWNER_IN_PATH,
        EMPTY_EACH_TIME,
        ANOTHER_EACH_TIME,
        RELEASE_ONCE_ONLY,
        READY_FOR_EVER,
        READY_FORGOTTEN,
        FINDS_NOTHING,
        FINDS_ANYTHING,
        SIZE_OF_START,
        USE_UNCOUNTED,
        OWNER_LOST,
        WRITABLE_UNSAID,
        UNKNOWN_HAS_SIZE
    }

    /**
     * Without disks.
     *
     * @param folder that is there, and in which the disks lie
     */
    public FakeVolume(Path folder, Kind kind) {
        this(folder, kind, EnumSet.noneOf(Fault.class));
    }

    private FakeVolume(Path folder, Kind kind, Set<Fault> faults) {
        this.folder = folder.toAbsolutePath().normalize();
        this.kind = kind;
        this.faults = faults;
    }

    static FakeVolume broken(Path folder, Kind kind, Set<Fault> faults) {
        return new FakeVolume(folder, kind, faults);
    }

    private boolean has(Fault fault) {
        return faults.contains(fault);
    }

    @Override
    public Traits traits() {
        return new Traits(kind, false, kind != Kind.CONFIG, false, kind == Kind.BUNDLE);
    }

    private String id(Claim claim) {
        String owner = has(Fault.OWNERS_IN_LOWER_CASE) ? claim.owner().toLowerCase(Locale.ROOT) : claim.owner();
        if (has(Fault.OWNERS_CUT)) {
            owner = owner.substring(0, Math.min(3, owner.length()));
        }
        String name = kind == Kind.CONFIG ? owner + "/" + claim.session() : owner;
        String safe = has(Fault.OWNER_IN_PATH)
                ? name.replaceAll("[^A-Za-z0-9]", "_")
                : HexFormat.of().formatHex(name.getBytes(StandardCharsets.UTF_8));
        return "d" + safe.length() + "-" + safe + (has(Fault.VOLUMES_MIXED) ? "" : "-" + claim.volume());
    }

    @Override
    public synchronized Disk acquire(Claim claim, Hands hands) {
        String id = id(claim) + (has(Fault.ANOTHER_EACH_TIME) ? "-" + System.nanoTime() : "");
        Path path = folder.resolve(id);
        if (has(Fault.EMPTY_EACH_TIME)) {
            delete(path);
        }
        try {
            Files.createDirectories(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Disk disk = new Disk(
                id,
                has(Fault.OWNER_LOST) ? "" : claim.owner(),
                claim.volume(),
                new Mount.Folder(path),
                traits().readOnly() != has(Fault.WRITABLE_UNSAID));
        ready.put(id, disk);
        return disk;
    }

    @Override
    public synchronized void release(Disk disk, boolean backup, Hands hands) {
        if (has(Fault.RELEASE_ONCE_ONLY)) {
            known(disk);
        }
        if (!has(Fault.READY_FOR_EVER)) {
            ready.remove(disk.id());
        }
        if (!traits().keeps()) {
            delete(folder.resolve(disk.id()));
        }
    }

    private void known(Disk disk) {
        if (!ready.containsKey(disk.id())) {
            throw PluginException.permanent(
                    NOT_FOUND, PluginException.Blame.USER, "no disk " + disk.id() + " is ready", null);
        }
    }

    private static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public synchronized Optional<Disk> find(Mount mount) {
        return ready.values().stream()
                .filter(disk -> disk.mount().equals(mount) && !has(Fault.FINDS_NOTHING) || has(Fault.FINDS_ANYTHING))
                .findFirst();
    }

    @Override
    public synchronized List<Disk> ready() {
        return has(Fault.READY_FORGOTTEN) ? List.of() : List.copyOf(ready.values());
    }

    private static long bytes(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            long bytes = 0;
            for (Path path : all.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(path);
            }
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public synchronized Size size(Disk disk) {
        if (!has(Fault.UNKNOWN_HAS_SIZE)) {
            known(disk);
        }
        Path path = folder.resolve(disk.id());
        return new Size(0, has(Fault.SIZE_OF_START) || !Files.exists(path) ? 0 : bytes(path));
    }

    @Override
    public synchronized Use use() {
        return new Use(has(Fault.USE_UNCOUNTED) ? 0 : ready.size(), MOST, bytes(folder), 0);
    }
}
