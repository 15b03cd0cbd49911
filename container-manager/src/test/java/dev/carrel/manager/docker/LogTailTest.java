/* Copyright the Carrel authors. */
package dev.carrel.manager.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.StreamType;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Lines are put together from frames, whatever a container writes. */
class LogTailTest {
    private final LogTail tail = new LogTail(3);

    private void frame(StreamType stream, String text) {
        tail.onNext(new Frame(stream, text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void linesOfTwoStreamsThatComeInPiecesStayWhole() {
        frame(StreamType.STDOUT, "hel");
        frame(StreamType.STDERR, "bad\nwor");
        frame(StreamType.STDOUT, "lo\n");
        frame(StreamType.STDERR, "se\r\n");

        assertThat(tail.lines()).containsExactly("bad", "hello", "worse");
    }

    @Test
    void onlyTheLastLinesAreKeptAndAnUnfinishedOneCounts() {
        frame(StreamType.STDOUT, "1\n2\n3\n4\n5");

        assertThat(tail.lines()).containsExactly("3", "4", "5");
    }

    @Test
    void coloursAndControlCharactersAreTakenOut() {
        frame(StreamType.STDOUT, "\u001b[1;31mred\u001b[0m\u0007 end\u0000\n");

        assertThat(tail.lines()).containsExactly("red  end ");
    }

    @Test
    void aLineWithoutEndIsCutAndTheWholeFitsAnAnswer() {
        LogTail many = new LogTail(1000);
        for (int i = 0; i < 1000; i++) {
            many.onNext(new Frame(StreamType.STDOUT, ("€".repeat(10_000) + "\n").getBytes(StandardCharsets.UTF_8)));
        }

        assertThat(many.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(LogTail.MAX_LINE));
        assertThat(String.join("\n", many.lines()).getBytes(StandardCharsets.UTF_8))
                .hasSizeLessThan(200_000);
    }
}
