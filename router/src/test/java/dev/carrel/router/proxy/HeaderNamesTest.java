/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.AsciiString;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HeaderNamesTest {
    @Test
    void everySpellingOfEveryNameIsTheSameInLowerCase() {
        Random random = new Random(7);
        for (String name :
                List.of("host", "x-xss-protection", "sec-websocket-key", "x-nobody-knows", "a", "te", "_", "x_y")) {
            for (int time = 0; time < 50; time++) {
                StringBuilder spelling = new StringBuilder();
                for (char c : name.toCharArray()) {
                    spelling.append(random.nextBoolean() ? Character.toUpperCase(c) : c);
                }
                assertThat(HeaderNames.lower(spelling.toString())).isEqualTo(name);
                assertThat(HeaderNames.lower(new AsciiString(spelling))).isEqualTo(name);
            }
        }
    }

    @Test
    void aKnownNameMakesNoString() {
        assertThat(HeaderNames.lower(new AsciiString("Content-Type")))
                .isSameAs(HeaderNames.lower(new AsciiString("CONTENT-TYPE")));
    }

    @Test
    void anyNameComesBackAsItIsInLowerCase() {
        Random random = new Random(11);
        for (int time = 0; time < 20_000; time++) {
            StringBuilder name = new StringBuilder();
            for (int at = 0; at < 1 + random.nextInt(12); at++) {
                name.append((char) ('!' + random.nextInt('~' - '!' + 1)));
            }
            assertThat(HeaderNames.lower(new AsciiString(name)))
                    .isEqualTo(name.toString().toLowerCase(Locale.ROOT));
        }
    }
}
