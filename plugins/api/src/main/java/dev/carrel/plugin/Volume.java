/* Copyright the Carrel authors. */
package dev.carrel.plugin;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Gives sessions something to keep files on: feature {@code volume}, and {@code volume.home}, {@code volume.data}, {@code volume.config} or {@code volume.bundle} by its
 * {@link Kind}. Called by the engine whose session it is, for many sessions at once, never twice at once for the same claim. {@link #acquire} and
 * {@link #release} may take 10 min, everything else 20 s.
 *
 * <p>Engine and plugin may be ended between any two steps. So every call may be repeated, and the plugin finds by itself what it had begun: nobody gives
 * back a handle that was lost. What somebody has written is never deleted before a copy of it was read back and compared.
 *
 * <p>Errors are {@link PluginException}s with these codes: {@link #FULL} (no more disks, or no more room), {@link #BUSY} (temporary: it is still being let go,
 * perhaps by another machine), {@link #NOT_FOUND}, {@link #DAMAGED} (permanent: somebody must look at it), {@link #DENIED} (permanent until the settings change),
 * {@link #DOWN} (temporary).
 */
public non-sealed interface Volume extends Extension {
    /** No more disks, or no more room. */
    String FULL = "volume.full";
    /** Somebody still has it. */
    String BUSY = "volume.busy";
    /** There is no such disk, snapshot or image. */
    String NOT_FOUND = "volume.not-found";
    /** It cannot be read as it should. */
    String DAMAGED = "volume.damaged";
    /** What is behind it does not let us do it. */
    String DENIED = "volume.denied";
    /** What is behind it does not answer, or not now. */
    String DOWN = "volume.down";

    /** What it is able to do. Asked once, right after the start. */
    Traits traits();

    /**
     * Makes a disk ready to be mounted into a session's container, with what its owner left on it; the first time empty, or from the image of homes. The
     * same disk for the same claim, at whichever machine, also while it is ready already.
     *
     * @param hands for what the plugin itself has no right to do
     */
    Disk acquire(Claim claim, Hands hands);

    /**
     * Lets go of a disk once its session's container is gone, so that another machine can have it. One that has been let go is no error.
     *
     * @param backup whether a copy must be safe before it returns; without, a copy may be made later
     */
    void release(Disk disk, boolean backup, Hands hands);

    /** The disk that such a mount of a container is of; empty when it is none of this plugin's. Asked of containers found at a start. */
    Optional<Disk> find(Mount mount);

    /** Every disk of this plugin that is ready on this machine, by its id. Those that nobody uses any more are released. */
    List<Disk> ready();

    /** How much of the disk's room is used; counted anew each time. Asked of a session's disk every minute or so. */
    Size size(Disk disk);

    /** How much of all that there is on this machine is used; counted anew each time. Asked every minute. */
    Use use();

    /** Optional: a volume that starts new homes, or serves bundles, from an image that is replaced now and then. */
    interface Images {
        /**
         * Makes a version the one that is used from now on, unpacking it beside the others, and removes those that nobody uses. Sessions that run keep
         * theirs. At most 10 min; a version that is there already is only chosen.
         */
        void rollOut(Image image, Hands hands);

        /** The versions that are there, the chosen one first. */
        List<String> versions();
    }

    /** Optional: a volume that keeps earlier states of its disks. */
    interface Snapshots {
        /** Begins one; under an id that there was before it answers that one. At most 20 s. */
        Snapshot snapshot(Disk disk, String id);

        /** Those of an owner's volume, the latest first; {@link Snapshot#complete} tells those that can be used. */
        List<Snapshot> snapshots(String owner, String volume);

        /** Deletes one; whether it was there. The latest complete one is refused with {@link Volume#BUSY} while the disk itself is gone. */
        boolean delete(Snapshot snapshot);
    }

    /** What it is for. */
    enum Kind {
        /** A person's files. */
        HOME,
        /** Further room of a person. */
        DATA,
        /** Files of one session, gone with it. */
        CONFIG,
        /** Packages or course material, the same for everybody, only to be read. */
        BUNDLE
    }

    /**
     * What a volume is able to do.
     *
     * @param hardQuota whether nobody can write more than {@link Claim#bytes}
     * @param keeps whether what is written outlives {@link #release}; never of {@link Kind#CONFIG}
     * @param shared whether every machine of the cluster can have the same disk, one after the other
     * @param readOnly whether nothing can be written; always of {@link Kind#BUNDLE}
     */
    record Traits(Kind kind, boolean hardQuota, boolean keeps, boolean shared, boolean readOnly) {
        /** Refuses what contradicts itself. */
        public Traits {
            if (kind == Kind.CONFIG && keeps) {
                throw new IllegalArgumentException("traits: CONFIG that keeps (expected: gone with its session)");
            }
            if (kind == Kind.BUNDLE && !readOnly) {
                throw new IllegalArgumentException("traits: BUNDLE that can be written (expected: readOnly)");
            }
        }
    }

    /**
     * Who wants which disk.
     *
     * @param owner the user's name as others see it; empty of {@link Kind#BUNDLE}. Never part of a path as it is
     * @param volume a-z 0-9 and dashes, at most 50: {@code home}
     * @param session the id of the session that will use it
     * @param bytes how large it is to be, at least 1 MiB; may grow from one claim to the next
     */
    record Claim(String owner, String volume, String session, long bytes) {
        private static final Pattern VOLUME = Pattern.compile("[a-z][a-z0-9-]{0,49}");
        private static final long LEAST = 1 << 20;

        /** Refuses what is none. */
        public Claim {
            if (!VOLUME.matcher(volume).matches()) {
                throw new IllegalArgumentException(
                        "volume: \"" + volume + "\" (expected: a-z 0-9 and dashes, at most 50)");
            }
            if (bytes < LEAST) {
                throw new IllegalArgumentException("bytes: " + bytes + " (expected: at least " + LEAST + ")");
            }
        }
    }

    /**
     * A disk that is ready.
     *
     * @param id the plugin's own, the same at every machine: A-Z a-z 0-9 _ . and dashes, at most 100
     * @param mount what the container's manager mounts
     */
    record Disk(String id, String owner, String volume, Mount mount, boolean readOnly) {
        private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,99}");

        /** Refuses an id that is none. */
        public Disk {
            if (!ID.matcher(id).matches()) {
                throw new IllegalArgumentException(
                        "id: \"" + id + "\" (expected: A-Z a-z 0-9 _ . and dashes, at most 100)");
            }
        }
    }

    /** What can be mounted into a container. */
    sealed interface Mount {
        /**
         * A folder of the machine.
         *
         * @param path absolute, without {@code ..}
         */
        record Folder(Path path) implements Mount {
            /** Refuses a path that could lead elsewhere. */
            public Folder {
                if (!path.isAbsolute() || !path.normalize().equals(path)) {
                    throw new IllegalArgumentException("path: " + path + " (expected: absolute, without ..)");
                }
            }
        }

        /** A volume that Docker keeps. */
        record Docker(String name, String driver, Map<String, String> options) implements Mount {
            /** Copies the map. */
            public Docker {
                options = Map.copyOf(options);
            }
        }
    }

    /**
     * Room of a disk, in bytes.
     *
     * @param allocated what it may hold; 0 when nothing limits it
     */
    record Size(long allocated, long used) {}

    /**
     * What is left on this machine.
     *
     * @param disks how many are ready
     * @param mostDisks how many can be; 0 when nothing limits them
     * @param bytes used on what they lie on
     * @param mostBytes that it has; 0 when it is not this machine's
     */
    record Use(int disks, int mostDisks, long bytes, long mostBytes) {
        /** How many of the disks are taken, in percent; 0 without a limit. */
        public double disksPercent() {
            return mostDisks == 0 ? 0 : 100.0 * disks / mostDisks;
        }
    }

    /**
     * What new homes, or a bundle, are made of.
     *
     * @param version A-Z a-z 0-9 _ . and dashes, at most 50
     * @param key where the archive lies in the {@link BucketStore}
     * @param sha256 of the archive
     */
    record Image(String version, String key, String sha256) {}

    /** An earlier state of a disk. */
    record Snapshot(String id, String disk, Instant at, boolean complete) {}

    /**
     * Closed set of privileged steps, done by the manager of containers below its own folder of mounts, after it has judged them. Lent for one call; each step
     * ends within 60 s and may be repeated. What it refuses it says as {@link PluginException} with {@link Volume#DENIED}.
     */
    interface Hands {
        /** Mounts a file with an ext4 file system; the folder where. */
        Path mountImage(Path image, String disk);

        /** Mounts a block device with an ext4 file system, which it makes first when, and only when, the device holds none; the folder where. */
        Path mountDevice(String device, String disk);

        /** Writes out and unmounts what {@code mountImage} or {@code mountDevice} has mounted for a disk; nothing when there is none. */
        void unmount(String disk);
    }
}
