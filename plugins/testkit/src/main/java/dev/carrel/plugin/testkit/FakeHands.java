/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import dev.carrel.plugin.PluginException;
import dev.carrel.plugin.Volume;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Privileged steps for tests without privileges: a mount is a folder, and everything asked for is written down. Any thread. */
public final class FakeHands implements Volume.Hands {
    private final Path folder;
    private final Map<String, String> mounted = new TreeMap<>();
    private final List<String> steps = new ArrayList<>();

    /** With mounts in a folder that is there. */
    public FakeHands(Path folder) {
        this.folder = folder;
    }

    /** What was asked for, in order: {@code image PATH DISK}, {@code device NAME DISK}, {@code unmount DISK}. */
    public synchronized List<String> steps() {
        return List.copyOf(steps);
    }

    /** What is mounted, by disk. */
    public synchronized Map<String, String> mounted() {
        return Map.copyOf(mounted);
    }

    @Override
    public synchronized Path mountImage(Path image, String disk) {
        steps.add("image " + image + " " + disk);
        if (!Files.isRegularFile(image)) {
            throw denied("mounting " + image + ": no such file");
        }
        return mount(image.toString(), disk);
    }

    @Override
    public synchronized Path mountDevice(String device, String disk) {
        steps.add("device " + device + " " + disk);
        return mount(device, disk);
    }

    private Path mount(String what, String disk) {
        if (!disk.matches("[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")) {
            throw denied("disk: \"" + disk + "\" (expected: an id of a disk)");
        }
        String before = mounted.putIfAbsent(disk, what);
        if (before != null && !before.equals(what)) {
            throw denied("mounting " + what + ": " + disk + " is " + before + " already");
        }
        try {
            return Files.createDirectories(folder.resolve(disk));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static PluginException denied(String message) {
        return PluginException.permanent(Volume.DENIED, PluginException.Blame.INTERNAL, message, null);
    }

    @Override
    public synchronized void unmount(String disk) {
        steps.add("unmount " + disk);
        mounted.remove(disk);
    }
}
