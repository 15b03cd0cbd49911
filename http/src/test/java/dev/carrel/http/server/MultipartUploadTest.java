/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.http.multipart.Multipart;
import dev.carrel.http.multipart.MultipartLimits;
import dev.carrel.http.multipart.Part;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Forms with files are read within bounds, and nothing of them stays behind. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MultipartUploadTest {
    private static final String TYPE = "multipart/form-data; boundary=XX";

    private TestServer server;

    @BeforeAll
    void start() {
        server = TestServer.of(Routes.builder().post("/", RouteOptions.DEFAULT.withMaxBody(50_000_000), request -> {
            Multipart form = request.body().multipart(new MultipartLimits(3, 200, 1_000_000, 1000));
            StringBuilder text = new StringBuilder();
            for (Part part : form.parts()) {
                text.append(part.name())
                        .append('|')
                        .append(part.fileName().orElse("-"))
                        .append('|')
                        .append(part.contentType());
                text.append('|')
                        .append(part.size())
                        .append('|')
                        .append(sum(part))
                        .append('\n');
            }
            text.append("spooled=").append(spooled().size());
            return Response.text(200, text.toString());
        }));
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private static long sum(Part part) throws IOException {
        long sum = 0;
        try (InputStream in = part.open()) {
            for (int c = in.read(); c >= 0; c = in.read()) {
                sum += c;
            }
        }
        return sum;
    }

    private static Set<Path> spooled() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(file -> file.getFileName().toString().startsWith("carrel-upload-"))
                    .collect(Collectors.toSet());
        }
    }

    private static String part(String name, String extra, String content) {
        return "--XX\r\nContent-Disposition: form-data; name=\"" + name + "\"" + extra + "\r\n\r\n" + content + "\r\n";
    }

    @Test
    void readsFieldsAndFilesAndSpoolsTheLargeOnes() throws Exception {
        int before = spooled().size();
        String body = part("title", "", "abc")
                + part(
                        "file",
                        "; filename=\"a \\\"b\\\".txt\"\r\nContent-Type: text/csv",
                        "a".repeat(200_000) + "\r\n--X not yet")
                + part("empty", "; filename=\"\"", "")
                + "--XX--\r\n";

        String[] lines = server.post("/", TYPE, body).body().split("\n");

        assertThat(lines[0]).isEqualTo("title|-|text/plain|3|294");
        assertThat(lines[1]).startsWith("file|a \"b\".txt|text/csv|200013|");
        assertThat(lines[2]).isEqualTo("empty||text/plain|0|0");
        assertThat(lines[3]).isEqualTo("spooled=" + (before + 1));
        awaitNoMoreThan(before);
    }

    /** The files go when the request ends, which may be a moment after its answer has arrived. */
    private static void awaitNoMoreThan(int count) throws IOException {
        while (spooled().size() > count) {
            Thread.onSpinWait();
        }
    }

    @Test
    void refusesMorePartsThanAllowed() throws Exception {
        assertThat(server.post("/", TYPE, part("a", "", "1").repeat(4) + "--XX--\r\n")
                        .statusCode())
                .isEqualTo(413);
    }

    @Test
    void refusesALargeHeaderOfAPart() throws Exception {
        assertThat(server.post("/", TYPE, part("a".repeat(300), "", "1") + "--XX--\r\n")
                        .statusCode())
                .isEqualTo(413);
    }

    @Test
    void refusesMoreThanTheTotalAndLeavesNothingBehind() throws Exception {
        int before = spooled().size();

        assertThat(server.post("/", TYPE, part("a", "", "x".repeat(1_000_001)) + "--XX--\r\n")
                        .statusCode())
                .isEqualTo(413);

        awaitNoMoreThan(before);
    }

    @Test
    void refusesWhatIsNoForm() throws Exception {
        assertThat(server.post("/", "text/plain", "x").statusCode()).isEqualTo(415);
        assertThat(server.post("/", "multipart/form-data", "x").statusCode()).isEqualTo(400);
        assertThat(server.post("/", TYPE, "no boundary").statusCode()).isEqualTo(400);
        assertThat(server.post("/", TYPE, part("a", "", "1")).statusCode())
                .as("no last boundary")
                .isEqualTo(400);
        assertThat(server.post("/", TYPE, "--XX\r\nX: y\r\n\r\n1\r\n--XX--\r\n").statusCode())
                .as("no name")
                .isEqualTo(400);
        assertThat(server.post("/", TYPE, "--XX?\r\n").statusCode())
                .as("boundary with a tail")
                .isEqualTo(400);
        assertThat(server.post("/", TYPE, "").statusCode()).isEqualTo(400);
    }
}
