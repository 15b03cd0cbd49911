/* Copyright the Carrel authors. */
package dev.carrel.protocol.name;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UserNameTest {
    @ParameterizedTest
    @ValueSource(strings = {"alice", "a.b+c@example.org", "jürgen", "李雷", "under_score-dash"})
    void acceptsNamesPeopleHave(String name) {
        assertThat(UserName.of(name).value()).isEqualTo(name);
    }

    @Test
    void oneNameInTwoSpellingsIsOneName() {
        assertThat(UserName.of("Alice")).isEqualTo(UserName.of("alice"));
        assertThat(UserName.of("ａｌｉｃｅ")).isEqualTo(UserName.of("alice"));
        assertThat(UserName.of("ju\u0308rgen")).isEqualTo(UserName.of("jürgen"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "a/b",
                "..",
                ".",
                "a b",
                "a\u0000b",
                "a\nb",
                "a\u202eb",
                "<script>",
                "a%2fb",
                "a;b",
                "a#b",
                "a?b"
            })
    void refusesWhatCannotBeAName(String name) {
        assertThatThrownBy(() -> UserName.of(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("user name: ")
                .hasMessageContaining("expected");
    }

    @Test
    void refusesThreeHundredCharactersWithAShortMessage() {
        assertThatThrownBy(() -> UserName.of("a".repeat(300)))
                .hasMessageContaining("too long")
                .hasMessageContaining("255 bytes")
                .extracting(e -> e.getMessage().length())
                .satisfies(length -> assertThat(length).isLessThan(250));
        assertThatThrownBy(() -> UserName.of("李".repeat(100))).hasMessageContaining("too long");
    }

    @Property
    void whateverIsTypedIsRefusedWithAReasonOrBecomesAFixedPoint(@ForAll @StringLength(max = 300) String typed) {
        try {
            UserName name = UserName.of(typed);
            assertThat(UserName.of(name.value())).isEqualTo(name);
            assertThat(new UserName(name.value())).isEqualTo(name);
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage())
                    .startsWith("user name: ")
                    .doesNotContain("\n")
                    .hasSizeLessThan(1100);
        }
    }
}
