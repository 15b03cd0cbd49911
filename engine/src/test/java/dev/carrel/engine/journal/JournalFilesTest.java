/* Copyright the Carrel authors. */
package dev.carrel.engine.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.chassis.settings.DataSize;
import dev.carrel.engine.function.FunctionId;
import dev.carrel.protocol.name.FunctionName;
import dev.carrel.protocol.name.UserName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders of functions: whose is whose, what goes when, and that there is never too much. */
class JournalFilesTest {
    private static final Instant THEN = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    Path folder;

    private final Instant now = Instant.now();

    private JournalFiles files(long perFunction, long total) {
        return new JournalFiles(
                folder.resolve("functions"),
                new JournalSettings(new DataSize(perFunction), new DataSize(total), Duration.ofDays(14)));
    }

    private JournalFiles files() {
        return files(1 << 20, 64 << 20);
    }

    private static FunctionId id(String owner, String name) {
        return new FunctionId(UserName.of(owner), new FunctionName(name));
    }

    private void write(JournalFolder of, long number, String text) throws IOException {
        of.append(List.of(new Entry(number, now, text)), List.of(), now);
    }

    private List<String> read(JournalFolder of) throws IOException {
        List<String> texts = new ArrayList<>();
        of.lines(now, entry -> texts.add(entry.text()));
        return texts;
    }

    private List<Path> all() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    @Test
    void eachFunctionHasItsOwnWhateverItsOwnersName() throws Exception {
        List<FunctionId> functions = new ArrayList<>();
        for (String owner : List.of(
                "ada",
                "a.b",
                ".ada",
                "..ada",
                "zoë",
                "ada@example.org",
                "a=b",
                "語".repeat(85),
                "a".repeat(255),
                "a".repeat(254))) {
            functions.add(id(owner, "calc"));
            functions.add(id(owner, "calc-2"));
        }
        JournalFiles files = files();
        for (FunctionId function : functions) {
            write(files.open(function, THEN), 1, "of " + function);
        }
        JournalFiles later = files();
        for (FunctionId function : functions) {
            assertThat(read(later.open(function, THEN))).containsExactly("of " + function);
        }
        assertThat(later.list()).extracting(JournalFiles.Kept::function).containsExactlyInAnyOrderElementsOf(functions);
        for (Path file : all()) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
                    .isEqualTo("rwx------");
        }
    }

    @Test
    void aLaterFunctionOfTheNameFindsNothingOfTheFormer() throws Exception {
        JournalFiles files = files();
        JournalFolder former = files.open(id("ada", "calc"), THEN);
        write(former, 1, "secret");
        write(files.open(id("ada", "calc2"), THEN), 1, "another's");
        Instant again = THEN.plusSeconds(1);
        assertThat(read(files.open(id("ada", "calc"), again))).isEmpty();
        files.deleteAllBut(id("ada", "calc"), Optional.of(again));
        // Who had it in hand writes into nothing.
        write(former, 2, "late");
        assertThat(all()).noneMatch(file -> file.toString().contains("/calc@"));
        assertThat(read(files.open(id("ada", "calc2"), THEN))).containsExactly("another's");
        files.deleteAllBut(id("ada", "calc2"), Optional.empty());
        assertThat(folder.resolve("functions/ada")).doesNotExist();
    }

    @Test
    void oldFilesGo() throws Exception {
        JournalFiles files = files();
        write(files.open(id("ada", "calc"), THEN), 7, "old");
        for (Path file : all()) {
            Files.setLastModifiedTime(file, FileTime.from(now.minus(Duration.ofDays(15))));
        }
        write(files.open(id("ada", "young"), THEN), 1, "young");
        files.tidy(now);
        assertThat(read(files.open(id("ada", "calc"), THEN))).isEmpty();
        assertThat(files().open(id("ada", "calc"), THEN).lastLine()).isEqualTo(7);
        assertThat(read(files.open(id("ada", "young"), THEN))).containsExactly("young");
    }

    @Test
    void tooMuchIsTakenFromWhoeverHasMost() throws Exception {
        JournalFiles files = files(200_000, 1_500_000);
        String text = "x".repeat(1000);
        write(files.open(id("bob", "small"), THEN), 1, "bob's");
        for (int function = 0; function < 15; function++) {
            for (int line = 1; line <= 140; line++) {
                write(files.open(id("ada", "f" + function), THEN), line, text);
            }
        }
        assertThat(files.tidy(now)).isLessThanOrEqualTo(1_500_000);
        long bytes = 0;
        for (Path file : all()) {
            bytes += Files.size(file);
        }
        assertThat(bytes).isBetween(1_000_000L, 1_500_000L);
        assertThat(read(files.open(id("bob", "small"), THEN))).containsExactly("bob's");
        assertThat(read(files.open(id("ada", "f14"), THEN))).isNotEmpty();
    }

    @Test
    void whatACutOffBeginningLeftIsRemoved() throws Exception {
        Path half = folder.resolve("functions/ada/calc@5");
        Files.createDirectories(half);
        Files.writeString(half.resolve("function.new"), "cal");
        assertThat(files().list()).isEmpty();
        assertThat(half).doesNotExist();
    }
}
