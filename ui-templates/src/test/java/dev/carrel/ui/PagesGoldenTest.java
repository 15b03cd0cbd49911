/* Copyright the Carrel authors. */
package dev.carrel.ui;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every page is drawn as its golden file has it. {@code -Dgolden.refresh=true} writes the files anew. Versions of assets are left out, so that a
 * change of colour changes no page.
 */
class PagesGoldenTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden");
    private final Pages pages = new Pages(new Assets());

    static Stream<String> names() {
        return SampleViews.all().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("names")
    void looksAsItsGoldenFile(String name) throws IOException {
        View view = SampleViews.all().get(name);

        String page = pages.render(view, SampleViews.extras(name)).replaceAll("\\?v=[0-9a-f]{16}", "?v=HASH");

        Path golden = GOLDEN.resolve(name + ".html");
        if (Boolean.getBoolean("golden.refresh")) {
            Files.createDirectories(GOLDEN);
            Files.writeString(golden, page);
        }
        assertThat(golden).hasContent(page);
    }

    @Test
    void everyKindOfPageHasASample() {
        assertThat(SampleViews.all().values())
                .extracting(view -> (Object) view.getClass())
                .containsAll(Arrays.asList((Object[]) View.class.getPermittedSubclasses()));
    }

    @Test
    void noGoldenFileIsLeftOver() throws IOException {
        try (Stream<Path> files = Files.list(GOLDEN)) {
            List<String> found =
                    files.map(file -> file.getFileName().toString()).toList();
            assertThat(found)
                    .containsExactlyInAnyOrderElementsOf(
                            names().map(name -> name + ".html").toList());
        }
    }

    @Test
    void theTemplateOfAPageHasItsName() {
        assertThat(Pages.templateOf(SpawnPendingPage.class)).isEqualTo("spawn-pending.ftlh");
    }
}
