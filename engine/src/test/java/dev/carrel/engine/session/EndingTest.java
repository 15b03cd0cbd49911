/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What Docker says of an end is told as the reason a person can understand, under a word that programs can rely on. */
class EndingTest {
    @ParameterizedTest
    @CsvSource({
        "0,   false, SHUT_DOWN,     START_FAILED",
        "1,   false, CRASHED,       START_FAILED",
        "137, false, LOST,          START_FAILED",
        "143, false, LOST,          START_FAILED",
        ",    false, LOST,          START_FAILED",
        "137, true,  OUT_OF_MEMORY, OUT_OF_MEMORY",
        "1,   true,  OUT_OF_MEMORY, OUT_OF_MEMORY",
        "0,   true,  SHUT_DOWN,     START_FAILED",
        "143, true,  LOST,          START_FAILED",
    })
    void anEndHasOneReason(Integer exitCode, boolean oomKilled, Reason.Code whileReady, Reason.Code whileStarting) {
        Ending ending = new Ending(exitCode, oomKilled, List.of());

        assertThat(ending.whileReady().code()).isEqualTo(whileReady);
        assertThat(ending.whileStarting().code()).isEqualTo(whileStarting);
        assertThat(ending.intended()).isEqualTo(whileReady == Reason.Code.SHUT_DOWN);
    }

    @Test
    void everyLabelLeadsBackToItsCodeAndAnUnknownOneToNone() {
        for (Reason.Code code : Reason.Code.values()) {
            assertThat(Reason.Code.of(code.label())).isEqualTo(code);
            assertThat(code.label()).matches("|[a-z][a-z-]{0,39}");
        }
        assertThat(Reason.Code.of("of-a-later-version")).isEqualTo(Reason.Code.NONE);
    }

    @Test
    void theRouterIsToldTheLastTwelveLinesAndOfALongOneItsBeginning() {
        List<String> lines = new ArrayList<>(Collections.nCopies(40, "x"));
        lines.add("y".repeat(5_000));

        List<String> told = LastWords.of(lines);

        assertThat(told).hasSize(12);
        assertThat(told.getLast()).hasSize(200).startsWith("yyy").endsWith("…");
        assertThat(LastWords.of(Arrays.asList("a", "b"))).containsExactly("a", "b");
    }
}
