/* Copyright the Carrel authors. */
package dev.carrel.ui;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class AssetsTest {
    private final Assets assets = new Assets();

    @Test
    void addressCarriesTheHashOfTheContent() {
        assertThat(assets.url("carrel.css"))
                .isEqualTo("/hub/static/carrel.css?v="
                        + assets.find("carrel.css").orElseThrow().version())
                .matches("/hub/static/carrel\\.css\\?v=[0-9a-f]{16}");
        assertThat(assets.url("page.js")).isNotEqualTo(assets.url("home.js").replace("home", "page"));
    }

    @Test
    void knowsItsFilesOnly() {
        assertThat(assets.find("../templates/layout.ftlh")).isEmpty();
        assertThatThrownBy(() -> assets.url("missing.css"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("missing.css");
    }

    @Test
    void nothingIsLoadedFromElsewhere() {
        for (String name : assets.names()) {
            String text = new String(assets.find(name).orElseThrow().bytes(), StandardCharsets.UTF_8)
                    .replace("http://www.w3.org/2000/svg", "");
            assertThat(text).as(name).doesNotContain("http://", "https://", "@import", "url(", "eval(", "innerHTML =");
        }
    }
}
