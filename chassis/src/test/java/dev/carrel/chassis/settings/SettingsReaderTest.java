/* Copyright the Carrel authors. */
package dev.carrel.chassis.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsReaderTest {
    enum Colour {
        DARK_RED,
        BLUE
    }

    record Item(
            @Setting(text = "its name", required = true) String name,
            @Setting(text = "its size", def = "1MiB") DataSize size) {}

    @Section(
            value = "lab",
            text = "A lab.",
            moved = {"paint: colour"})
    record Lab(
            @Setting(text = "a port", def = "8000", min = 1, max = 65535)
            int port,

            @Setting(text = "a time", def = "30s", min = 1000)
            Duration waitTime,

            @Setting(text = "a colour", def = "blue") Colour colour,
            @Setting(text = "a flag", def = "false") boolean open,
            @Setting(text = "words", def = "[a, b]") List<String> words,
            @Setting(text = "things", def = "[]") List<Item> items,

            @Setting(text = "hidden", def = "", secret = true)
            String password) {}

    @Section(value = "door", text = "A door.")
    record Door(
            @Setting(text = "a width", def = "3", min = 1) int width,
            @Setting(text = "a height", def = "2") int height) {
        Door {
            if (width > height * 10) {
                throw new IllegalArgumentException("width: " + width + " (expected: at most ten times the height)");
            }
        }
    }

    @Test
    void anEmptyFileGivesEveryDefault() {
        Lab lab = read("").section(Lab.class);

        assertThat(lab)
                .isEqualTo(new Lab(8000, Duration.ofSeconds(30), Colour.BLUE, false, List.of("a", "b"), List.of(), ""));
    }

    @Test
    void everyTypeIsReadFromTheFile() {
        Lab lab = read("""
                        lab:
                          port: 1234
                          wait-time: 2m
                          colour: dark-red
                          open: true
                          words: [x]
                          items:
                            - name: one
                            - name: two
                              size: 2GiB
                          password: hush
                        """).section(Lab.class);

        assertThat(lab)
                .isEqualTo(new Lab(
                        1234,
                        Duration.ofMinutes(2),
                        Colour.DARK_RED,
                        true,
                        List.of("x"),
                        List.of(new Item("one", new DataSize(1 << 20)), new Item("two", new DataSize(2L << 30))),
                        "hush"));
    }

    @Test
    void theEnvironmentOverridesTheFile() {
        Lab lab = SettingsReader.parse(
                        "f",
                        "lab: {port: 1}",
                        Map.of("CARREL_LAB_PORT", "77", "CARREL_LAB_WORDS", "[p, q]"),
                        Set.of(),
                        List.of(Lab.class))
                .section(Lab.class);

        assertThat(lab.port()).isEqualTo(77);
        assertThat(lab.words()).containsExactly("p", "q");
    }

    @Test
    void anUnknownKeyIsAnErrorWithItsLineAndTheNearestKey() {
        assertThatThrownBy(() -> read("lab:\n  prot: 8000\n"))
                .isInstanceOf(SettingsException.class)
                .hasMessage("1 fault in the settings:\n  test.yaml: line 2: lab.prot: unknown key; did you mean port?");
    }

    @Test
    void aKeyOfAnEarlierVersionIsAnErrorThatSaysWhereItIsNow() {
        assertThatThrownBy(() -> read("lab:\n  paint: red\n"))
                .hasMessage("1 fault in the settings:\n  test.yaml: line 2: lab.paint: no longer here; it is colour");
    }

    @Test
    void anUnknownSectionIsAnError() {
        assertThatThrownBy(() -> read("lba:\n  port: 1\n"))
                .hasMessageContaining("line 1: lba: unknown key; did you mean lab?");
    }

    @Test
    void sectionsOfOtherProcessesArePassedOver() {
        assertThat(read("other:\n  whatever: 1\n").section(Lab.class).port()).isEqualTo(8000);
    }

    @Test
    void allFaultsComeInOneReport() {
        assertThatThrownBy(() -> read("""
                        lab:
                          port: 0
                          wait-time: soon
                          colour: green
                          open: maybe
                          items:
                            - size: 1
                          shoe: 1
                        door:
                          width: 100
                        """))
                .isInstanceOfSatisfying(
                        SettingsException.class,
                        e -> assertThat(e.faults())
                                .containsExactlyInAnyOrder(
                                        "test.yaml: line 2: lab.port: \"0\" (expected: a whole number, 1..65535)",
                                        "test.yaml: line 3: lab.wait-time: \"soon\" (expected: a time as 500ms, 30s, 10m, 12h or 7d)",
                                        "test.yaml: line 4: lab.colour: \"green\" (expected: dark-red, blue)",
                                        "test.yaml: line 5: lab.open: \"maybe\" (expected: true or false)",
                                        "test.yaml: line 7: lab.items[0].name: missing (expected: its name)",
                                        "test.yaml: line 8: lab.shoe: unknown key; known: colour, items, open, password, port, wait-time, words",
                                        "test.yaml: line 10: door: width: 100 (expected: at most ten times the height)"));
    }

    @Test
    void aKeyGivenTwiceIsAnError() {
        assertThatThrownBy(() -> read("lab:\n  port: 1\n  port: 2\n")).hasMessageContaining("given twice");
    }

    @Test
    void whatIsNotYamlIsNamedWithItsLine() {
        assertThatThrownBy(() -> read("lab:\n  port: [1\nx: }"))
                .hasMessageContaining("test.yaml: line")
                .hasMessageContaining("not YAML");
        assertThatThrownBy(() -> read("- a\n")).hasMessageContaining("not a mapping");
    }

    @Test
    void aMissingFileGivesTheDefaults(@TempDir Path folder) {
        assertThat(SettingsReader.read(folder.resolve("none.yaml"), Map.of(), Set.of(), List.of(Lab.class))
                        .section(Lab.class)
                        .port())
                .isEqualTo(8000);
    }

    @Test
    void theTableShowsValuesDefaultsAndNoSecret() {
        String table = read("lab: {port: 99, password: hush}").table();

        assertThat(table)
                .contains("lab.port")
                .contains("99   (default: 8000)")
                .contains("*****")
                .doesNotContain("hush");
    }

    @Test
    void theReferenceNamesEveryKeyIncludingNestedOnes() {
        assertThat(SettingsReference.markdown(List.of(Lab.class)))
                .contains(
                        "## `lab`",
                        "| `lab.port` | `8000` | a port |",
                        "| `lab.items[].name` | *required* | its name |");
    }

    private static Settings read(String yaml) {
        return SettingsReader.parse("test.yaml", yaml, Map.of(), Set.of("other"), List.of(Lab.class, Door.class));
    }
}
