/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client says is told from its pongs, in whatever pieces the bytes come. */
class ClientFramesTest {
    private static byte[] frame(int opcode, int length) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(0x80 | opcode);
        if (length < 126) {
            bytes.write(0x80 | length);
        } else if (length < 65_536) {
            bytes.write(0x80 | 126);
            bytes.write(length >> 8);
            bytes.write(length);
        } else {
            bytes.write(0x80 | 127);
            for (int shift = 56; shift >= 0; shift -= 8) {
                bytes.write((int) ((long) length >> shift));
            }
        }
        // Mask and payload that look like the heads of data frames.
        for (int at = 0; at < length + 4; at++) {
            bytes.write(0x81);
        }
        return bytes.toByteArray();
    }

    @ParameterizedTest
    @CsvSource({"0, true", "1, true", "2, true", "8, false", "9, false", "10, false"})
    void textDataAndTheirContinuationsAreSaidByWhoeverIsThere(int opcode, boolean said) {
        assertThat(new ClientFrames().data(Unpooled.wrappedBuffer(frame(opcode, 5))))
                .isEqualTo(said);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 125, 126, 65_535, 65_536, 200_000})
    void whatStandsInAFrameIsTakenForNoFrame(int length) {
        ClientFrames frames = new ClientFrames();
        assertThat(frames.data(Unpooled.wrappedBuffer(frame(2, length)))).isTrue();

        assertThat(frames.data(Unpooled.wrappedBuffer(frame(10, 125)))).isFalse();
        assertThat(frames.data(Unpooled.wrappedBuffer(frame(1, 0)))).isTrue();
    }

    @Test
    void piecesOfAnySizeTellTheSame() {
        Random random = new Random(7);
        ClientFrames frames = new ClientFrames();
        for (int round = 0; round < 500; round++) {
            int opcode = new int[] {1, 2, 9, 10}[random.nextInt(4)];
            ByteBuf bytes = Unpooled.wrappedBuffer(frame(opcode, opcode > 8 ? 20 : random.nextInt(70_000)));
            boolean said = false;
            while (bytes.isReadable()) {
                said |= frames.data(bytes.readSlice(Math.min(bytes.readableBytes(), 1 + random.nextInt(5_000))));
            }
            assertThat(said).isEqualTo(opcode <= 2);
        }
    }

    @Test
    void theBytesStayAsTheyAre() {
        ByteBuf bytes = Unpooled.wrappedBuffer(frame(1, 300));
        int length = bytes.readableBytes();

        new ClientFrames().data(bytes);

        assertThat(bytes.readableBytes()).isEqualTo(length);
    }
}
