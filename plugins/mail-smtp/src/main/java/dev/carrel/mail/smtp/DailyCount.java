/* Copyright the Carrel authors. */
package dev.carrel.mail.smtp;

import dev.carrel.plugin.Mailer;
import dev.carrel.plugin.PluginException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Counts recipients of the last 24 hours, hour by hour, in a file that outlives the process, so that a restart does not let twice as many through. Any thread.
 */
final class DailyCount {
    private static final long HOURS = 24;
    private static final long SECONDS = 3600;

    private final ReentrantLock lock = new ReentrantLock();
    private final long most;
    private final Path file;
    private final Clock clock;
    private final NavigableMap<Long, Long> hours = new TreeMap<>();

    /**
     * Reads what was counted before.
     *
     * @param most 0 for no limit; then nothing is counted
     * @throws IllegalArgumentException when the file is not what it was
     */
    DailyCount(long most, Path file, Clock clock) {
        this.most = most;
        this.file = file;
        this.clock = clock;
        if (most > 0 && Files.exists(file)) {
            read();
        }
    }

    private void read() {
        try {
            for (String line : Files.readAllLines(file)) {
                String[] parts = line.split(" ");
                hours.merge(Long.parseLong(parts[0]), Long.parseLong(parts[1]), Long::sum);
            }
        } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new IllegalArgumentException(
                    file + " cannot be read: " + e
                            + " (expected: lines of an hour and a number; delete it to count from zero)",
                    e);
        }
    }

    private long hour() {
        return clock.instant().getEpochSecond() / SECONDS;
    }

    private long sent() {
        hours.headMap(hour() - HOURS, true).clear();
        return hours.values().stream().mapToLong(Long::longValue).sum();
    }

    /** How many more may be sent. */
    OptionalLong remaining() {
        lock.lock();
        try {
            return most == 0 ? OptionalLong.empty() : OptionalLong.of(Math.max(0, most - sent()));
        } finally {
            lock.unlock();
        }
    }

    /**
     * Counts recipients before they are sent to, so that no two callers take the same place.
     *
     * @throws PluginException when there are not so many left, or they cannot be written down
     */
    void take(int recipients) {
        change(recipients, true);
    }

    /** Gives back places of recipients that were not sent to. */
    void giveBack(int recipients) {
        change(-recipients, false);
    }

    private void change(int recipients, boolean checked) {
        if (most == 0 || recipients == 0) {
            return;
        }
        lock.lock();
        try {
            long left = most - sent();
            if (checked && recipients > left) {
                throw PluginException.temporary(
                        Mailer.QUOTA,
                        PluginException.Blame.RESOURCES,
                        untilNext(),
                        "of " + most + " recipients in 24 hours " + left + " are left, and the mail has " + recipients
                                + " (wait, or raise per-day if the server takes more)",
                        null);
            }
            hours.merge(hour(), (long) recipients, Long::sum);
            write();
        } finally {
            lock.unlock();
        }
    }

    /** When the oldest hour that counts does so no longer. */
    private Duration untilNext() {
        long oldest = hours.isEmpty() ? hour() : hours.firstKey();
        return Duration.between(clock.instant(), Instant.ofEpochSecond((oldest + HOURS) * SECONDS));
    }

    private void write() {
        List<String> lines = new ArrayList<>();
        hours.forEach((hour, count) -> lines.add(hour + " " + count));
        try {
            Path fresh = file.resolveSibling(file.getFileName() + ".new");
            Files.write(fresh, lines);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw PluginException.temporary(
                    Mailer.QUOTA,
                    PluginException.Blame.RESOURCES,
                    Duration.ofMinutes(1),
                    file + " cannot be written, so mail is not counted: " + e + " (make room, or set per-day = 0)",
                    e);
        }
    }
}
