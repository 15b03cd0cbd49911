/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Whatever the sizes and wherever the cuts, what is sent arrives; what ends early or goes on too long is never taken for whole. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RandomPiecesTest {
    private final Map<String, Case> cases = new ConcurrentHashMap<>();
    private RunningRouter router;
    private Backend target;

    /** A body, how it is framed and where its bytes are cut; of the answer, {@code lack} bytes never come or {@code excess} come too many. */
    private record Case(byte[] body, boolean chunked, long cuts, int lack, int excess) {
        static Case random(Random random) {
            int[] sizes = {0, 1, 2, 100, 4095, 4096, 8192, 65_535, 65_536, 65_537, 300_000};
            byte[] body = new byte[sizes[random.nextInt(sizes.length)] + random.nextInt(3)];
            random.nextBytes(body);
            return new Case(body, random.nextBoolean(), random.nextLong(), 0, 0);
        }

        /** The framed message in pieces as they are written. */
        void send(RawClient wire, String firstLines) throws IOException {
            Random random = new Random(cuts);
            StringBuilder text = new StringBuilder(firstLines);
            String latin1 = new String(body, java.nio.charset.StandardCharsets.ISO_8859_1);
            if (chunked) {
                text.append("Transfer-Encoding: chunked\r\n\r\n");
                for (int at = 0; at < body.length; ) {
                    int size = Math.min(body.length - at, 1 + random.nextInt(random.nextBoolean() ? 20_000 : 90_000));
                    text.append(Integer.toHexString(size)).append("\r\n");
                    text.append(latin1, at, at + size).append("\r\n");
                    at += size;
                }
                text.append("0\r\n\r\n");
            } else {
                text.append("Content-Length: ")
                        .append(body.length)
                        .append("\r\n\r\n")
                        .append(latin1);
            }
            text.setLength(text.length() - lack);
            text.append("X".repeat(excess));
            byte[] bytes = text.toString().getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
            for (int at = 0; at < bytes.length; ) {
                int size = Math.min(bytes.length - at, 1 + random.nextInt(random.nextInt(8) == 0 ? 3 : 50_000));
                wire.send(Arrays.copyOfRange(bytes, at, at + size));
                at += size;
            }
        }
    }

    @BeforeAll
    void start() throws Exception {
        router = RunningRouter.start();
        target = Backend.of((request, wire) -> {
            Case asked = cases.get(request.target());
            if (asked == null) {
                // The request's own bytes, framed by their length.
                String body = request.body();
                wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
            } else {
                asked.send(wire, "HTTP/1.1 200 OK\r\n");
                if (asked.lack() > 0) {
                    wire.close();
                }
            }
        });
        router.plainRoute("/p", target.url());
    }

    @AfterAll
    void stop() throws Exception {
        router.close();
        target.close();
    }

    private String get(int number) {
        return "GET /p/" + number + " HTTP/1.1\r\nHost: " + router.baseAuthority() + "\r\n\r\n";
    }

    @Test
    void answersArriveAsTheyWereSentAlsoWhenRequestsArePipelined() throws Exception {
        Random random = new Random(42);
        try (RawClient client = router.raw()) {
            for (int round = 0; round < 40; round++) {
                int together = 1 + random.nextInt(4);
                StringBuilder requests = new StringBuilder();
                for (int at = 0; at < together; at++) {
                    cases.put("/p/" + at, Case.random(random));
                    requests.append(get(at));
                }
                client.send(requests.toString());
                for (int at = 0; at < together; at++) {
                    RawClient.Answer answer = client.answer();
                    assertThat(answer.status()).isEqualTo(200);
                    assertThat(answer.body())
                            .as("round %d, answer %d of %d: %s", round, at, together, cases.get("/p/" + at))
                            .isEqualTo(cases.get("/p/" + at).body());
                }
            }
        }
    }

    @Test
    void requestsArriveAsTheyWereSent() throws Exception {
        Random random = new Random(43);
        try (RawClient client = router.raw()) {
            for (int round = 0; round < 40; round++) {
                Case sent = Case.random(random);
                sent.send(client, "POST /p/echo HTTP/1.1\r\nHost: " + router.baseAuthority() + "\r\n");
                RawClient.Answer answer = client.answer();
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.body()).as("round %d: %s", round, sent).isEqualTo(sent.body());
            }
        }
    }

    @Test
    void anAnswerThatEndsEarlyIsNotTakenForWhole() throws Exception {
        for (boolean chunked : new boolean[] {false, true}) {
            cases.put("/p/7", new Case(new byte[70_000], chunked, 5, chunked ? 9 : 1, 0));
            try (RawClient client = router.raw()) {
                client.send(get(7));
                assertThatThrownBy(client::answer).isInstanceOf(EOFException.class);
            }
        }
    }

    @Test
    void bytesBeyondAnAnswerReachNobody() throws Exception {
        for (boolean chunked : new boolean[] {false, true}) {
            cases.put("/p/8", new Case(new byte[70_000], chunked, 6, 0, 50));
            cases.put("/p/9", new Case(new byte[10], false, 6, 0, 0));
            try (RawClient client = router.raw()) {
                for (int round = 0; round < 10; round++) {
                    client.send(get(8) + get(9));
                    assertThat(client.answer().body()).hasSize(70_000).containsOnly(0);
                    assertThat(client.answer().body()).hasSize(10).containsOnly(0);
                }
            }
        }
    }
}
