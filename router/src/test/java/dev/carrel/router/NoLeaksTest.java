/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.PooledByteBufAllocator;
import org.junit.jupiter.api.Test;

/** The watch that guards all other tests notices a lost buffer. */
class NoLeaksTest {
    @Test
    void noticesABufferThatWasNeverGivenBack() throws Exception {
        lose();

        assertThat(NoLeaksExtension.found()).isNotEmpty();

        NoLeaksExtension.found().clear();
    }

    private static void lose() {
        PooledByteBufAllocator.DEFAULT.directBuffer(64);
    }
}
