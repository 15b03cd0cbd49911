/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Parts of a file, as players and download managers ask for them: what the target answers comes out as it went in. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RangeTest {
    private static final int SIZE = 300_000;
    private static final String ETAG = "\"v1\"";
    private static final String BOUNDARY = "part-of-the-file";
    private static final Pattern RANGE = Pattern.compile("(\\d*)-(\\d*)");
    /** What says which bytes these are. */
    private static final List<String> TELLING =
            List.of("Content-Range", "Content-Type", "Content-Length", "Accept-Ranges", "ETag", "Last-Modified");

    private final byte[] file = new byte[SIZE];
    private RunningRouter router;
    private Backend target;

    @BeforeAll
    void start() throws Exception {
        new Random(4).nextBytes(file);
        router = RunningRouter.start();
        target = Backend.of(this::serve);
        router.ready("alice", target.url());
    }

    @AfterAll
    void stop() throws Exception {
        router.close();
        target.close();
    }

    /** As RFC 9110 §14 has it. */
    private void serve(Backend.Seen request, RawClient wire) throws Exception {
        String common =
                "Accept-Ranges: bytes\r\nETag: " + ETAG + "\r\nLast-Modified: Thu, 01 Jan 2026 00:00:00 GMT\r\n";
        boolean head = request.line().startsWith("HEAD");
        List<int[]> ranges =
                request.header("If-Range").filter(given -> !given.equals(ETAG)).isPresent()
                        ? List.of()
                        : ranges(request.header("Range").orElse(""));
        if (ranges.isEmpty()) {
            wire.send("HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: " + SIZE + "\r\n"
                    + common + "\r\n");
            if (!head) {
                wire.send(file);
            }
            return;
        }
        if (ranges.getFirst()[0] >= SIZE) {
            wire.send("HTTP/1.1 416 Range Not Satisfiable\r\nContent-Range: bytes */" + SIZE
                    + "\r\nContent-Length: 0\r\n" + common + "\r\n");
            return;
        }
        String body = ranges.size() == 1 ? text(ranges.getFirst()) : multipart(ranges);
        String about = ranges.size() == 1
                ? "Content-Type: application/octet-stream\r\nContent-Range: " + contentRange(ranges.getFirst())
                : "Content-Type: multipart/byteranges; boundary=" + BOUNDARY;
        wire.send("HTTP/1.1 206 Partial Content\r\n" + about + "\r\nContent-Length: " + body.length() + "\r\n" + common
                + "\r\n" + (head ? "" : body));
    }

    private static List<int[]> ranges(String header) {
        List<int[]> found = new ArrayList<>();
        Matcher each = RANGE.matcher(header);
        while (each.find()) {
            if (each.group(1).isEmpty()) {
                found.add(new int[] {SIZE - Integer.parseInt(each.group(2)), SIZE - 1});
            } else {
                int last = each.group(2).isEmpty() ? SIZE - 1 : Integer.parseInt(each.group(2));
                found.add(new int[] {Integer.parseInt(each.group(1)), Math.min(last, SIZE - 1)});
            }
        }
        return found;
    }

    private String text(int[] range) {
        return new String(file, range[0], range[1] - range[0] + 1, StandardCharsets.ISO_8859_1);
    }

    private static String contentRange(int[] range) {
        return "bytes " + range[0] + "-" + range[1] + "/" + SIZE;
    }

    private String multipart(List<int[]> ranges) {
        StringBuilder body = new StringBuilder();
        for (int[] range : ranges) {
            body.append("\r\n--" + BOUNDARY + "\r\nContent-Type: application/octet-stream\r\nContent-Range: ")
                    .append(contentRange(range))
                    .append("\r\n\r\n")
                    .append(text(range));
        }
        return body.append("\r\n--" + BOUNDARY + "--\r\n").toString();
    }

    private String request(String method, String headers) {
        return method + " /user/alice/files/big.bin HTTP/1.1\r\nHost: " + router.authority("alice") + "\r\nCookie: "
                + router.cookie("alice") + "\r\n" + headers + "\r\n";
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Range: bytes=0-0                                            | 206",
                "Range: bytes=1000-200999                                    | 206",
                "Range: bytes=299990-                                        | 206",
                "Range: bytes=-7                                             | 206",
                "Range: bytes=300000-                                        | 416",
                "Range: bytes=0-9, 100000-199999, -5                         | 206",
                "Range: bytes=5-9~If-Range: \"v1\"                           | 206",
                "Range: bytes=5-9~If-Range: \"v0\"                           | 200",
                "Range: bytes=5-9~If-Range: Thu, 01 Jan 2026 00:00:00 GMT    | 200",
                "Accept: */*                                                 | 200"
            })
    void aPartComesOutAsItWentIn(String headers, int status) throws Exception {
        String lines = headers.replace("~", "\r\n") + "\r\n";
        try (RawClient straight = new RawClient(target.port());
                RawClient client = router.raw()) {
            RawClient.Answer expected = straight.send(request("GET", lines)).answer();
            RawClient.Answer answer = client.send(request("GET", lines)).answer();

            assertThat(expected.status()).isEqualTo(status);
            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.body()).isEqualTo(expected.body());
            for (String name : TELLING) {
                assertThat(answer.headers(name)).as(name).isEqualTo(expected.headers(name));
            }
        }
    }

    @Test
    void theTargetHearsWhatWasAskedFor() throws Exception {
        target.forget();
        try (RawClient client = router.raw()) {
            client.send(request("GET", "Range: bytes=0-1,5-6\r\nIf-Range: \"v1\"\r\nIf-Match: \"v1\"\r\n"))
                    .answer();
        }

        Backend.Seen seen = target.next();
        assertThat(seen.header("Range")).contains("bytes=0-1,5-6");
        assertThat(seen.header("If-Range")).contains(ETAG);
        assertThat(seen.header("If-Match")).contains(ETAG);
    }

    @Test
    void whoAsksForTheHeadOfAPartGetsItsLengthAndNoBody() throws Exception {
        try (RawClient client = router.raw()) {
            RawClient.Answer head =
                    client.send(request("HEAD", "Range: bytes=10-29\r\n")).head();

            assertThat(head.status()).isEqualTo(206);
            assertThat(head.header("Content-Length")).isEqualTo("20");
            assertThat(head.header("Content-Range")).isEqualTo("bytes 10-29/" + SIZE);
            assertThat(client.send(request("GET", "Range: bytes=1-3\r\n"))
                            .answer()
                            .body())
                    .isEqualTo(new byte[] {file[1], file[2], file[3]});
        }
    }

    @Test
    void aDownloadThatBrokeOffGoesOnWhereItEnded() throws Exception {
        byte[] whole = new byte[SIZE];
        int had = 100_001;
        try (RawClient first = router.raw()) {
            first.send(request("GET", "")).head();
            System.arraycopy(first.bytes(had), 0, whole, 0, had);
        }
        try (RawClient second = router.raw()) {
            RawClient.Answer rest = second.send(request("GET", "Range: bytes=" + had + "-\r\nIf-Range: \"v1\"\r\n"))
                    .answer();
            System.arraycopy(rest.body(), 0, whole, had, SIZE - had);
        }

        assertThat(whole).isEqualTo(file);
    }
}
