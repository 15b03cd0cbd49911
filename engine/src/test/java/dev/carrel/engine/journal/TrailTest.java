/* Copyright the Carrel authors. */
package dev.carrel.engine.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Entries in files: in order, bounded, and whole whatever was cut off. */
class TrailTest {
    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");
    private static final Duration KEEP = Duration.ofDays(10);

    @TempDir
    Path folder;

    private Trail trail(long most) {
        return new Trail(folder, "lines", most, KEEP);
    }

    private static Entry entry(long number) {
        return new Entry(
                number,
                NOW.plusSeconds(number),
                "{\"x\":\"zoë\u2028 " + "ä".repeat((int) (number % 7)) + number + "\"}");
    }

    private static List<Entry> entries(long from, long to) {
        return LongStream.rangeClosed(from, to).mapToObj(TrailTest::entry).toList();
    }

    private static List<Entry> read(Trail trail) throws IOException {
        List<Entry> all = new ArrayList<>();
        trail.read(NOW, all::add);
        return all;
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.sorted().toList();
        }
    }

    @Test
    void whatWasWrittenIsReadByWhoeverComesLater() throws Exception {
        Trail first = trail(100_000);
        assertThat(first.last()).isZero();
        first.append(entries(1, 5), NOW);
        first.append(entries(4, 8), NOW);
        Trail later = trail(100_000);
        assertThat(later.last()).isEqualTo(8);
        later.append(entries(9, 9), NOW);
        assertThat(read(trail(100_000))).isEqualTo(entries(1, 9));
        assertThat(Files.getPosixFilePermissions(files().getFirst()))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    /** As a process that was killed in the middle of a write leaves it. */
    @Test
    void cutOffAtAnyByteAllWholeEntriesStayAndTheNextOnesFollow() throws Exception {
        trail(100_000).append(entries(1, 6), NOW);
        Path file = files().getFirst();
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length <= whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            int kept = 0;
            for (int i = 0; i < length; i++) {
                kept += whole[i] == '\n' ? 1 : 0;
            }
            Trail after = trail(100_000);
            assertThat(after.last()).as("cut at %s", length).isEqualTo(kept);
            assertThat(read(after)).as("cut at %s", length).isEqualTo(entries(1, kept));
            after.append(entries(kept + 1, kept + 3), NOW);
            assertThat(read(trail(100_000))).as("cut at %s", length).isEqualTo(entries(1, kept + 3));
        }
    }

    @Test
    void bytesThatNobodyWroteAreNoEntries() throws Exception {
        trail(100_000).append(entries(1, 3), NOW);
        Path file = files().getFirst();
        byte[] bytes = Files.readAllBytes(file);
        for (int at = 0; at < bytes.length; at++) {
            byte[] spoilt = bytes.clone();
            spoilt[at] = (byte) 0xff;
            Files.write(file, spoilt);
            Trail trail = trail(100_000);
            trail.append(entries(trail.last() + 1, trail.last() + 1), NOW);
            assertThat(read(trail)).hasSizeBetween(2, 4);
        }
    }

    @Test
    void twoFilesHoldTheNewestAndNoMoreThanTheyMay() throws Exception {
        Trail trail = trail(2000);
        for (long number = 1; number <= 2000; number += 3) {
            trail.append(entries(number, number + 2), NOW);
        }
        assertThat(files()).hasSize(2);
        long bytes = 0;
        for (Path file : files()) {
            bytes += Files.size(file);
        }
        assertThat(bytes).isBetween(1000L, 2000L);
        List<Entry> left = read(trail(2000));
        assertThat(left).isEqualTo(entries(left.getFirst().number(), 2001));
        // In one piece, too.
        trail.append(entries(2002, 9000), NOW);
        left = read(trail);
        assertThat(left).isEqualTo(entries(left.getFirst().number(), 9000)).hasSizeGreaterThan(20);
    }

    @Test
    void whatIsTooOldIsNotShownAndItsFileGivesWay() throws Exception {
        Trail trail = trail(100_000);
        trail.append(List.of(new Entry(1, NOW.minus(Duration.ofDays(11)), "old")), NOW.minus(Duration.ofDays(11)));
        trail.append(List.of(new Entry(2, NOW.minus(Duration.ofDays(5)), "late")), NOW.minus(Duration.ofDays(5)));
        assertThat(read(trail)).extracting(Entry::text).containsExactly("late");
        trail.append(List.of(new Entry(3, NOW, "now")), NOW.plus(Duration.ofDays(1)));
        assertThat(files()).hasSize(2);
        assertThat(Files.readString(files().getFirst())).doesNotContain("old");
    }

    @Test
    void noNumberIsGivenTwiceWhenAllOfItWasDeleted() throws Exception {
        Trail trail = trail(100_000);
        trail.append(entries(1, 5), NOW);
        for (Trail.Old part : trail.parts()) {
            trail.delete(part.file(), NOW);
        }
        assertThat(read(trail)).isEmpty();
        assertThat(trail(100_000).last()).isEqualTo(5);
        trail.append(entries(6, 6), NOW);
        assertThat(read(trail)).isEqualTo(entries(6, 6));
    }

    @Test
    void aFileThatSomebodyDeletedIsBegunAnewAfterOneFailure() throws Exception {
        Trail trail = trail(100_000);
        trail.append(entries(1, 2), NOW);
        Files.delete(files().getFirst());
        assertThatThrownBy(() -> trail.append(entries(3, 4), NOW)).isInstanceOf(IOException.class);
        trail.append(entries(3, 4), NOW);
        assertThat(read(trail)).isEqualTo(entries(3, 4));
    }
}
