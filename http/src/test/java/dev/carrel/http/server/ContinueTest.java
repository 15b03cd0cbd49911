/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A client that asks before it sends its body is told to go on when the handler wants the body, and not otherwise. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ContinueTest {
    private TestServer server;

    @BeforeAll
    void start() {
        server = TestServer.of(Routes.builder()
                .post(
                        "/read",
                        request ->
                                Response.bytes(200, "text/plain", request.body().bytes()))
                .post("/refuse", _ -> {
                    throw new HttpFailure(403, "test.forbidden", "No.");
                }));
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private static String post(String path, String expect) {
        return "POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: " + expect + "\r\n\r\n";
    }

    @Test
    void saysContinueBeforeTheBodyIsSent() throws Exception {
        try (RawClient client = server.raw()) {
            client.send(post("/read", "100-continue"));
            assertThat(client.answer().status()).isEqualTo(100);

            client.send("body");
            RawClient.Answer answer = client.answer();

            assertThat(answer.text()).isEqualTo("body");
            assertThat(answer.header("Connection")).isEmpty();
            assertThat(client.send(post("/read", "100-continue")).answer().status())
                    .isEqualTo(100);
        }
    }

    @Test
    void answersAtOnceAndClosesWhenTheBodyIsNotWanted() throws Exception {
        try (RawClient client = server.raw()) {
            client.send(post("/refuse", "100-continue"));

            RawClient.Answer answer = client.answer();

            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.header("Connection")).isEqualTo("close");
            assertThat(client.rest()).isEmpty();
        }
    }

    @Test
    void answers417ToAnyOtherExpectation() throws Exception {
        try (RawClient client = server.raw()) {
            client.send(post("/read", "tea") + "body");

            assertThat(client.answer().status()).isEqualTo(417);
        }
    }
}
