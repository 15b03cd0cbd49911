/* Copyright the Carrel authors. */
package dev.carrel.http.leak;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.PooledByteBufAllocator;
import org.junit.jupiter.api.Test;

/** The watch that guards all other tests notices a lost buffer. */
class LeakWatchTest {
    @Test
    void reportsABufferThatWasNeverGivenBack() {
        LeakWatch watch = LeakWatch.begin();
        try {
            lose();

            assertThat(watch.reports()).isNotEmpty().allMatch(report -> report.contains(NoLeaksExtension.DELIBERATE));
        } finally {
            watch.end();
        }
    }

    @Test
    void reportsNothingWhenAllAreGivenBack() {
        LeakWatch watch = LeakWatch.begin();
        try {
            PooledByteBufAllocator.DEFAULT.directBuffer(64).touch("given back").release();

            assertThat(watch.reports()).noneMatch(report -> report.contains("given back"));
        } finally {
            watch.end();
        }
    }

    private static void lose() {
        PooledByteBufAllocator.DEFAULT.directBuffer(64).touch(NoLeaksExtension.DELIBERATE);
    }
}
