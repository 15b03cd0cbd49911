/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Which ports need a right. */
class PublicPortsTest {
    @Test
    void theFirstPortForEverybodyIsWhatTheSystemSays() throws Exception {
        Process cat = new ProcessBuilder("cat", "/proc/sys/net/ipv4/ip_unprivileged_port_start").start();
        String said = new String(cat.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
        assertThat(cat.waitFor()).isZero();

        assertThat(PublicPorts.firstFreeForAll()).isEqualTo(Integer.parseInt(said));
        assertThat(PublicPorts.low(Integer.parseInt(said))).isFalse();
        assertThat(PublicPorts.low(Integer.parseInt(said) - 1)).isTrue();
    }
}
