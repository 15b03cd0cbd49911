/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.plugin.UiSection;
import dev.carrel.plugin.UiSection.Viewer;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A {@link UiSection}: drawn in time for everybody, without anything that would run or that somebody else has chosen. */
@Timeout(60)
public abstract class UiSectionConformance {
    private static final Duration LIMIT = Duration.ofSeconds(1);
    private static final Pattern SCRIPT_PATH =
            Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*");
    private static final Pattern RUNS =
            Pattern.compile("(?i)<script|<iframe|<object|<embed|javascript:|\\son[a-z]+\\s*=|\\sstyle\\s*=");
    private static final String XSRF = "token-of-this-page";

    private UiSection section = new Nothing();

    /** For subclasses. */
    protected UiSectionConformance() {}

    /** The subject, with as much to show as can be; hostile texts where others choose them. */
    protected abstract UiSection section();

    /** Of nothing. */
    private record Nothing() implements UiSection {
        @Override
        public Place place() {
            return Place.HOME;
        }

        @Override
        public String title() {
            return "";
        }

        @Override
        public String html(Viewer viewer) {
            return "";
        }
    }

    @BeforeEach
    final void open() {
        section = section();
    }

    private static List<Viewer> viewers() {
        return List.of(
                new Viewer("", false, XSRF),
                new Viewer("ada", false, XSRF),
                new Viewer("root", true, XSRF),
                new Viewer(Hostile.SCRIPT, true, XSRF));
    }

    @Test
    void itIsDrawnInTimeForEverybody() throws Exception {
        section.html(viewers().getFirst());
        for (Viewer viewer : viewers()) {
            long begin = System.nanoTime();
            assertThat(section.html(viewer)).isNotNull();
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(LIMIT);
        }
    }

    @Test
    void nothingInItRuns() throws Exception {
        for (Viewer viewer : viewers()) {
            assertThat(section.html(viewer)).doesNotContain(Hostile.SCRIPT).doesNotContainPattern(RUNS);
        }
    }

    @Test
    void formsCarryTheTokenOfTheirPage() throws Exception {
        for (Viewer viewer : viewers()) {
            String html = section.html(viewer);
            if (html.contains("method=\"post\"")) {
                assertThat(html).contains("name=\"_xsrf\"").contains(XSRF);
            }
        }
    }

    @Test
    void whatIsShownHasAPlaceAndAHeading() throws Exception {
        assertThat(section.place()).isNotNull().isEqualTo(section.place());
        for (Viewer viewer : viewers()) {
            if (!section.html(viewer).isEmpty()) {
                assertThat(section.title()).isNotBlank().doesNotContain("<");
            }
        }
    }

    @Test
    void scriptsArePathsOfThePlugin() {
        assertThat(section.scripts()).allMatch(path -> SCRIPT_PATH.matcher(path).matches());
    }
}
