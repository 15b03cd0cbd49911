/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.chassis.settings.SettingsReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** docs/settings.md is what the settings records say; {@code -Dgolden.refresh=true} writes it anew. */
class SettingsPageTest {
    private static final Path PAGE = Path.of("../docs/settings.md");

    @Test
    void theReferencePageIsUpToDate() throws IOException {
        String expected = SettingsPage.text();
        if (Boolean.getBoolean("golden.refresh")) {
            Files.writeString(PAGE, expected);
        }
        assertThat(Files.readString(PAGE)).isEqualTo(expected);
    }

    @Test
    void everySectionHasItsTable() {
        assertThat(SettingsPage.text())
                .contains("## `site`", "## `log`", "## `router`", "## `signin`", "## `session`", "`site.port`")
                .contains(SettingsReference.markdown(SettingsCommand.sections()));
    }
}
