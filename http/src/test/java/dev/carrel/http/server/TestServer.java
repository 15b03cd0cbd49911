/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import dev.carrel.http.transport.Transport;
import dev.carrel.http.transport.TransportSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A real server on a free port, for one test. */
final class TestServer implements AutoCloseable {
    static final Transport TRANSPORT = Transport.open(new TransportSettings("auto", 2, 128, 0), "test");
    static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();

    private final HttpServer server;

    private TestServer(HttpServerSettings settings, Routes routes, ErrorRenderer errors) {
        server = new HttpServer(settings, routes, errors, TRANSPORT).start();
    }

    static HttpServerSettings settings() {
        return HttpServerSettings.defaults(0, "test.port");
    }

    static TestServer of(Routes.Builder routes) {
        return of(settings(), routes);
    }

    static TestServer of(HttpServerSettings settings, Routes.Builder routes) {
        return new TestServer(settings, routes.build(), ErrorRenderer.plainText());
    }

    static TestServer of(HttpServerSettings settings, Routes.Builder routes, ErrorRenderer errors) {
        return new TestServer(settings, routes.build(), errors);
    }

    HttpServer server() {
        return server;
    }

    URI uri(String pathAndQuery) {
        return URI.create("http://127.0.0.1:" + server.port() + pathAndQuery);
    }

    RawClient raw() throws IOException {
        return new RawClient(server.port());
    }

    HttpRequest.Builder request(String pathAndQuery) {
        return HttpRequest.newBuilder(uri(pathAndQuery)).timeout(Duration.ofSeconds(20));
    }

    HttpResponse<String> get(String pathAndQuery, String... headers) throws Exception {
        HttpRequest.Builder request = request(pathAndQuery);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request.build());
    }

    HttpResponse<String> post(String pathAndQuery, String contentType, String body) throws Exception {
        return send(request(pathAndQuery)
                .header("Content-Type", contentType)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    static HttpResponse<String> send(HttpRequest request) throws Exception {
        return CLIENT.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        server.close(Duration.ofSeconds(5));
    }
}
