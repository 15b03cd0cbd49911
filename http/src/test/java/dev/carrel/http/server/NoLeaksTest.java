/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.leak.LeakWatch;
import org.junit.jupiter.api.Test;

/** The watch for lost buffers is in force in this module; that it finds them is shown by its own tests. */
class NoLeaksTest {
    @Test
    void lostBuffersAreLookedForWithoutATestAskingForIt() {
        assertThat(LeakWatch.listens()).isTrue();
    }
}
