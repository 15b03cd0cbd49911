/* Copyright the Carrel authors. */
package dev.carrel.http.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.http.server.ErrorRenderer;
import dev.carrel.http.server.HttpServer;
import dev.carrel.http.server.HttpServerSettings;
import dev.carrel.http.server.Response;
import dev.carrel.http.server.Routes;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The fastest way to the kernel that works is taken, or the one that was named. */
class TransportChoiceTest {
    @Test
    void takesTheFirstThatWorks() {
        TransportKind expected = TransportKind.IO_URING.works()
                ? TransportKind.IO_URING
                : TransportKind.EPOLL.works() ? TransportKind.EPOLL : TransportKind.NIO;

        assertThat(TransportKind.choose("auto")).isEqualTo(expected);
    }

    @Test
    void refusesAnUnknownWord() {
        assertThatThrownBy(() -> TransportKind.choose("fast"))
                .hasMessage("transport: fast (expected: auto, io_uring, epoll or nio)");
    }

    @ParameterizedTest
    @EnumSource(TransportKind.class)
    void servesByEachThatWorks(TransportKind kind) throws Exception {
        Assumptions.assumeTrue(kind.works(), () -> kind + " does not work on this machine");
        try (Transport transport = Transport.open(new TransportSettings(kind.settingName(), 1, 16, 50), "choice-test");
                HttpServer server = new HttpServer(
                                HttpServerSettings.defaults(0, "test.port"),
                                Routes.builder()
                                        .post(
                                                "/",
                                                request -> Response.bytes(
                                                        200,
                                                        "x/x",
                                                        request.body().bytes()))
                                        .build(),
                                ErrorRenderer.plainText(),
                                transport)
                        .start();
                HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/"))
                    .POST(HttpRequest.BodyPublishers.ofString("x".repeat(500_000)))
                    .build();

            assertThat(transport.kind()).isEqualTo(kind);
            assertThat(client.send(request, HttpResponse.BodyHandlers.ofString())
                            .body())
                    .hasSize(500_000);
        }
    }
}
