/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What comes from outside fits a table. */
class TextsTest {
    @Test
    void whatNoTableTakesIsNoKey() {
        assertThat(Texts.canBeKey("ли́за 😀")).isTrue();
        assertThat(Texts.canBeKey("x".repeat(320))).isTrue();

        assertThat(Texts.canBeKey("")).isFalse();
        assertThat(Texts.canBeKey("x".repeat(321))).isFalse();
        assertThat(Texts.canBeKey("é".repeat(161))).isFalse();
        assertThat(Texts.canBeKey("a\0b")).isFalse();
        assertThat(Texts.canBeKey("half \ud83d")).isFalse();
    }

    @Test
    void whatCannotBeKeptIsReplacedAndTheRestIsLeftAlone() {
        assertThat(Texts.kept("a\0b \ud83d! 😀", 100)).isEqualTo("a\ufffdb \ufffd! 😀");
        assertThat(Texts.kept("ab😀", 3)).isEqualTo("ab\ufffd");
        assertThat(Texts.kept("abc", 3)).isEqualTo("abc");
    }

    @Test
    void ofMuchOutputTheEndIsKept() {
        assertThat(Texts.lastLines(List.of("one", "two", "three"), 100)).containsExactly("one", "two", "three");
        assertThat(Texts.lastLines(List.of("one", "two", "three"), 8)).containsExactly("tw", "three");
        assertThat(Texts.lastLines(List.of("x".repeat(1000)), 10)).containsExactly("x".repeat(10));
        assertThat(Texts.lastLines(List.of(), 10)).isEmpty();
    }
}
