/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.http.transport.BindFailure;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

/** A port that cannot be opened is told with its address, the setting's name and what to do. */
class BindFailureTest {
    private static HttpServer server(String host, int port) {
        return new HttpServer(
                HttpServerSettings.defaults(port, "engine.port").withHost(host),
                Routes.builder().build(),
                ErrorRenderer.plainText(),
                TestServer.TRANSPORT);
    }

    @Test
    void namesAPortInUse() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();

            assertThatThrownBy(() -> server("127.0.0.1", port).start())
                    .isInstanceOfSatisfying(BindFailure.class, failure -> {
                        assertThat(failure.host()).isEqualTo("127.0.0.1");
                        assertThat(failure.port()).isEqualTo(port);
                    })
                    .hasMessage("port in use: 127.0.0.1:" + port
                            + " (engine.port); stop the program that listens there or set engine.port to a free port");
        }
    }

    @Test
    void namesAnAddressOfAnotherMachine() {
        assertThatThrownBy(() -> server("192.0.2.1", 0).start())
                .isInstanceOf(BindFailure.class)
                .hasMessageStartingWith("address not of this machine: 192.0.2.1:0 (engine.port)");
    }

    @Test
    void namesAnUnknownAddress() {
        assertThatThrownBy(() -> server("no.such.host.invalid", 0).start())
                .isInstanceOf(BindFailure.class)
                .hasMessageStartingWith("unknown address: no.such.host.invalid (engine.port)");
    }

    @Test
    void canBeClosedAfterItFailedToStart() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            HttpServer server = server("127.0.0.1", taken.getLocalPort());
            assertThatThrownBy(server::start).isInstanceOf(BindFailure.class);

            server.close();
        }
    }

    @Test
    void refusesAPortThatIsNone() {
        assertThatThrownBy(() -> HttpServerSettings.defaults(70_000, "engine.port"))
                .hasMessage("engine.port: 70000 (expected: 0..65535)");
    }
}
