/* Copyright the Carrel authors. */
package dev.carrel.ui;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinkTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "//evil.example",
                "https://evil.example",
                "javascript:alert(1)",
                "/\\evil",
                "/\t/evil",
                "/a b",
                "/é"
            })
    void refusesWhatCouldLeadElsewhere(String path) {
        assertThatThrownBy(() -> new Link("Go", path)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void takesAPathOfThisSite() {
        assertThat(new Link("Go", "/hub/enter/alice?next=%2Fuser%2Falice%2Flab").path())
                .startsWith("/hub/enter");
    }
}
