/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import dev.carrel.plugin.Volume;
import java.nio.file.Path;

/** A volume without disks, made for one test. */
public interface VolumeFixture extends AutoCloseable {
    /** The subject; the same one at each call. */
    Volume volume();

    /** What it is lent. */
    Volume.Hands hands();

    /** A folder in which a session would find the disk, for the test to read and, of one that can be written, to write. */
    Path content(Volume.Disk disk);

    /** Closes all that was opened. */
    @Override
    void close();
}
