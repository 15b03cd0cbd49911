/* Copyright the Carrel authors. */
package dev.carrel.http.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.http.server.ErrorRenderer;
import dev.carrel.http.server.HttpServer;
import dev.carrel.http.server.HttpServerSettings;
import dev.carrel.http.server.Routes;
import dev.carrel.http.transport.Transport;
import dev.carrel.http.transport.TransportSettings;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files are served whole, in part or not at all; never one that was not meant to be. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StaticFilesTest {
    private static final String CSS = "body { margin: 0 }\n";

    @SuppressWarnings("NullAway.Init")
    private Path parent;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Transport transport = Transport.open(new TransportSettings("nio", 1, 64, 0), "files-test");

    @SuppressWarnings("NullAway.Init")
    private HttpServer server;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        parent = folder;
        Path root = Files.createDirectory(parent.resolve("root"));
        Files.writeString(root.resolve("digits.txt"), "0123456789");
        Files.writeString(root.resolve("empty.txt"), "");
        Files.writeString(root.resolve(".secret"), "secret");
        Files.createDirectory(root.resolve("sub"));
        Files.writeString(root.resolve("sub/a b.html"), "<p>");
        Files.writeString(parent.resolve("outside.txt"), "secret");
        Files.createDirectory(parent.resolve("root-sibling"));
        Files.writeString(parent.resolve("root-sibling/x.txt"), "secret");
        Files.createSymbolicLink(root.resolve("leak.txt"), parent.resolve("outside.txt"));
        Files.createSymbolicLink(root.resolve("leaks"), parent.resolve("root-sibling"));
        Files.createSymbolicLink(root.resolve("inner.txt"), root.resolve("digits.txt"));
        Files.createSymbolicLink(root.resolve("loop"), root.resolve("loop"));
        Files.setLastModifiedTime(root.resolve("digits.txt"), FileTime.from(Instant.parse("2026-01-02T03:04:05.678Z")));
        StaticFiles resources = StaticFiles.resources(StaticFilesTest.class.getClassLoader(), "assets/");
        server = new HttpServer(
                        HttpServerSettings.defaults(0, "test.port"),
                        Routes.builder()
                                .get("/r/{path...}", resources)
                                .get("/f/{path...}", StaticFiles.folder(root))
                                .get("/both/{path...}", StaticFiles.folder(root).or(resources))
                                .build(),
                        ErrorRenderer.plainText(),
                        transport)
                .start();
    }

    @AfterAll
    void stop() {
        server.close();
        transport.close();
    }

    private HttpResponse<String> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    /** Past a client that would tidy the path up. */
    private String rawStatus(String path) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            InputStream in = socket.getInputStream();
            String answer = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(answer).doesNotContain("secret").doesNotContain("hidden");
            return answer.substring(9, 12);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "br, GZIP;q=0.5", "deflate, *"})
    void textGoesOutCompressedToWhoeverTakesIt(String accepted) throws Exception {
        HttpResponse<byte[]> packed = bytes("/r/long.css", "Accept-Encoding", accepted);
        HttpResponse<byte[]> plain = bytes("/r/long.css");

        assertThat(packed.headers().firstValue("Content-Encoding")).contains("gzip");
        assertThat(packed.headers().firstValue("Vary")).contains("Accept-Encoding");
        assertThat(plain.headers().firstValue("Vary")).contains("Accept-Encoding");
        assertThat(packed.body().length).isLessThan(plain.body().length / 2);
        try (InputStream unpacked =
                new java.util.zip.GZIPInputStream(new java.io.ByteArrayInputStream(packed.body()))) {
            assertThat(unpacked.readAllBytes()).isEqualTo(plain.body());
        }
        String tag = packed.headers().firstValue("ETag").orElseThrow();
        assertThat(plain.headers().firstValue("ETag").orElseThrow()).isNotEqualTo(tag);
        HttpResponse<byte[]> again = bytes("/r/long.css", "Accept-Encoding", accepted, "If-None-Match", tag);
        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(again.headers().firstValue("Content-Encoding")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "br", "gzip;q=0", "gzip ; q=0.0", "identity"})
    void whoeverDoesNotTakeItGetsTheFileAsItIs(String accepted) throws Exception {
        assertThat(bytes("/r/long.css", "Accept-Encoding", accepted).headers().firstValue("Content-Encoding"))
                .isEmpty();
    }

    @Test
    void aRangeIsOneOfTheFileAsItIs() throws Exception {
        HttpResponse<byte[]> part = bytes("/r/long.css", "Accept-Encoding", "gzip", "Range", "bytes=0-7");

        assertThat(part.statusCode()).isEqualTo(206);
        assertThat(new String(part.body(), StandardCharsets.US_ASCII)).isEqualTo(".column-");
        assertThat(part.headers().firstValue("Content-Encoding")).isEmpty();
    }

    private HttpResponse<byte[]> bytes(String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    @Test
    void servesResourcesWithTypeAndTag() throws Exception {
        HttpResponse<String> answer = get("/r/app.css");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(CSS);
        assertThat(header(answer, "Content-Type")).isEqualTo("text/css; charset=utf-8");
        assertThat(header(answer, "ETag")).matches("\"[0-9a-f]{32}\"");
        assertThat(header(answer, "Last-Modified")).endsWith(" GMT");
        assertThat(header(answer, "Cache-Control")).isEqualTo("no-cache");
        assertThat(header(answer, "Accept-Ranges")).isEqualTo("bytes");
    }

    @Test
    void servesFilesOfAFolder() throws Exception {
        assertThat(get("/f/digits.txt").body()).isEqualTo("0123456789");
        assertThat(get("/f/sub/a%20b.html").body()).isEqualTo("<p>");
        assertThat(get("/f/empty.txt").body()).isEmpty();
        assertThat(get("/f/inner.txt").body()).as("a link that stays inside").isEqualTo("0123456789");
        assertThat(header(get("/f/digits.txt"), "Last-Modified")).isEqualTo("Fri, 02 Jan 2026 03:04:05 GMT");
    }

    @Test
    void looksInSeveralPlacesInOrder() throws Exception {
        assertThat(get("/both/digits.txt").statusCode()).isEqualTo(200);
        assertThat(get("/both/app.css").body()).isEqualTo(CSS);
        assertThat(get("/both/none").statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/r/app.3f2a9c41.js", "/r/app.css?v=1.2.3"})
    void mayBeKeptForEverUnderANameThatChangesWithTheContent(String path) throws Exception {
        assertThat(header(get(path), "Cache-Control")).isEqualTo("public, max-age=31536000, immutable");
    }

    @Test
    void tellsAVersionToWriteIntoPages() throws Exception {
        StaticFiles files = StaticFiles.resources(StaticFilesTest.class.getClassLoader(), "assets/");

        assertThat(files.version("app.css"))
                .hasValueSatisfying(version -> assertThat(version).matches("[0-9a-f]{12}"));
        assertThat(files.version("none.css")).isEmpty();
        assertThat(files.version("../outside.txt")).isEmpty();
    }

    @Test
    void answers304ToAClientThatHasIt() throws Exception {
        String tag = header(get("/r/app.css"), "ETag");

        for (String sent : new String[] {tag, "W/" + tag, "\"x\", " + tag, "*"}) {
            HttpResponse<String> answer = get("/r/app.css", "If-None-Match", sent);
            assertThat(answer.statusCode()).as(sent).isEqualTo(304);
            assertThat(answer.body()).isEmpty();
            assertThat(header(answer, "ETag")).isEqualTo(tag);
        }
        assertThat(get("/r/app.css", "If-None-Match", "\"other\"").statusCode()).isEqualTo(200);
    }

    @Test
    void goesByTheTimeOnlyWithoutATag() throws Exception {
        String time = "Fri, 02 Jan 2026 03:04:05 GMT";

        assertThat(get("/f/digits.txt", "If-Modified-Since", time).statusCode()).isEqualTo(304);
        assertThat(get("/f/digits.txt", "If-Modified-Since", "Fri, 02 Jan 2026 03:04:04 GMT")
                        .statusCode())
                .isEqualTo(200);
        assertThat(get("/f/digits.txt", "If-Modified-Since", "yesterday").statusCode())
                .isEqualTo(200);
        assertThat(get("/f/digits.txt", "If-Modified-Since", time, "If-None-Match", "\"other\"")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void changesTheTagWithTheContent() throws Exception {
        Path file = parent.resolve("root/changing.txt");
        Files.writeString(file, "one");
        String before = header(get("/f/changing.txt"), "ETag");
        Files.writeString(file, "three");

        HttpResponse<String> after = get("/f/changing.txt", "If-None-Match", before);

        assertThat(after.body()).isEqualTo("three");
        assertThat(header(after, "ETag")).isNotEqualTo(before);
    }

    @Test
    void servesOneRange() throws Exception {
        for (String root : new String[] {"/f/digits.txt", "/both/digits.txt"}) {
            assertThat(range(root, "bytes=2-4")).isEqualTo("206 bytes 2-4/10 234");
            assertThat(range(root, "bytes=7-")).isEqualTo("206 bytes 7-9/10 789");
            assertThat(range(root, "bytes=-3")).isEqualTo("206 bytes 7-9/10 789");
            assertThat(range(root, "bytes=-99")).isEqualTo("206 bytes 0-9/10 0123456789");
            assertThat(range(root, "bytes=8-99")).isEqualTo("206 bytes 8-9/10 89");
        }
        assertThat(range("/r/app.css", "bytes=0-3")).isEqualTo("206 bytes 0-3/19 body");
    }

    @Test
    void answers416ToARangeBeyondTheEnd() throws Exception {
        HttpResponse<String> answer = get("/f/digits.txt", "Range", "bytes=10-");

        assertThat(answer.statusCode()).isEqualTo(416);
        assertThat(header(answer, "Content-Range")).isEqualTo("bytes */10");
        assertThat(get("/f/digits.txt", "Range", "bytes=-0").statusCode()).isEqualTo(416);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"bytes=5-2", "bytes=a-b", "bytes=-", "lines=1-2", "bytes=1-2,4-5", "bytes=99999999999999999999-"
            })
    void ignoresRangesItDoesNotUnderstand(String range) throws Exception {
        assertThat(range("/f/digits.txt", range)).isEqualTo("200  0123456789");
    }

    @Test
    void servesARangeOnlyOfTheVersionTheClientHas() throws Exception {
        String tag = header(get("/f/digits.txt"), "ETag");

        assertThat(get("/f/digits.txt", "Range", "bytes=0-0", "If-Range", tag).statusCode())
                .isEqualTo(206);
        assertThat(get("/f/digits.txt", "Range", "bytes=0-0", "If-Range", "W/" + tag)
                        .statusCode())
                .isEqualTo(200);
        assertThat(get("/f/digits.txt", "Range", "bytes=0-0", "If-Range", "\"other\"")
                        .statusCode())
                .isEqualTo(200);
        assertThat(get("/f/digits.txt", "Range", "bytes=0-0", "If-Range", "Fri, 02 Jan 2026 03:04:05 GMT")
                        .statusCode())
                .isEqualTo(206);
    }

    @Test
    void answersHeadWithTheLength() throws Exception {
        HttpRequest head = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/f/digits.txt"))
                .HEAD()
                .build();

        HttpResponse<String> answer = client.send(head, HttpResponse.BodyHandlers.ofString());

        assertThat(header(answer, "Content-Length")).isEqualTo("10");
        assertThat(answer.body()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/f/../outside.txt",
                "/f/%2e%2e/outside.txt",
                "/f/%2E%2e/outside.txt",
                "/f/.%2e/outside.txt",
                "/f/..%2foutside.txt",
                "/f/%2e%2e%2foutside.txt",
                "/f/..\\outside.txt",
                "/f/..%5coutside.txt",
                "/f/sub/../../outside.txt",
                "/f//digits.txt",
                "/f//etc/passwd",
                "/f/%2fetc%2fpasswd",
                "/f/./digits.txt",
                "/f/leak.txt",
                "/f/leaks/x.txt",
                "/f/loop",
                "/f/.secret",
                "/f/%2esecret",
                "/f/sub",
                "/f/sub/",
                "/f/",
                "/f",
                "/f/digits.txt/",
                "/f/digits.txt/x",
                "/f/none.txt",
                "/f/../root-sibling/x.txt",
                "/f/digits.txt:x",
                "/r/../outside.txt",
                "/r/%2e%2e/outside.txt",
                "/r/..%2foutside.txt",
                "/r/folder",
                "/r/folder/",
                "/r/",
                "/r/.hidden",
                "/r//app.css",
                "/r/none.css",
                "/r/folder/../app.css",
                "/r/file:%2f%2f%2fetc%2fpasswd"
            })
    void hidesEverythingElse(String path) throws Exception {
        assertThat(rawStatus(path)).isEqualTo("404");
    }

    @Test
    void answers400ToANameWithNul() throws Exception {
        assertThat(rawStatus("/f/digits.txt%00.css")).isEqualTo("400");
        assertThat(rawStatus("/f/%c0%ae%c0%ae/outside.txt")).isEqualTo("400");
    }

    @Test
    void servesALongNameAs404() throws Exception {
        assertThat(rawStatus("/f/" + "x".repeat(4000))).isEqualTo("404");
    }

    private String range(String path, String range) throws Exception {
        HttpResponse<String> answer = get(path, "Range", range);
        return answer.statusCode() + " " + header(answer, "Content-Range") + " " + answer.body();
    }
}
