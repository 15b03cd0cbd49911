/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Failures are drawn by the application; what went wrong inside is told to the log, the client gets an id to ask with. */
class ErrorAnswerTest {
    private static final ErrorRenderer JSON = (request, failure) -> Response.json(
            failure.status(),
            ("{\"code\":\"" + failure.code() + "\",\"path\":\"" + request.rawPath() + "\",\"message\":\""
                            + failure.message() + "\",\"id\":\"" + failure.errorId() + "\"}")
                    .getBytes(java.nio.charset.StandardCharsets.UTF_8));

    private static TestServer server(ErrorRenderer renderer) {
        return TestServer.of(
                TestServer.settings(),
                Routes.builder()
                        .get("/known", _ -> {
                            throw new HttpFailure(
                                    429,
                                    "test.slow-down",
                                    "Slow down.",
                                    Headers.of("Retry-After", "7").plus("X-Why", "test"));
                        })
                        .get("/unknown", _ -> {
                            throw new IllegalStateException("secret detail");
                        })
                        .get("/lost-file", _ -> Response.file(200, "x/x", java.nio.file.Path.of("/no/such/file"), 0, 1))
                        .get("/error", _ -> {
                            throw new StackOverflowError();
                        }),
                renderer);
    }

    @Test
    void knownFailuresHaveTheirStatusCodeMessageAndHeaders() throws Exception {
        try (TestServer server = server(JSON)) {
            var answer = server.get("/known");

            assertThat(answer.statusCode()).isEqualTo(429);
            assertThat(answer.body())
                    .isEqualTo(
                            "{\"code\":\"test.slow-down\",\"path\":\"/known\",\"message\":\"Slow down.\",\"id\":\"null\"}");
            assertThat(answer.headers().firstValue("Retry-After")).contains("7");
            assertThat(answer.headers().firstValue("X-Why")).contains("test");
        }
    }

    @Test
    void notFoundAndNotAllowedAreDrawnToo() throws Exception {
        try (TestServer server = server(JSON)) {
            assertThat(server.get("/none").body()).contains("\"code\":\"http.not-found\"");
            assertThat(server.post("/known", "text/plain", "").body()).contains("\"code\":\"http.method-not-allowed\"");
            assertThat(server.get("/none").headers().firstValue("Content-Type")).contains("application/json");
        }
    }

    @Test
    void unknownFailuresShowAnIdUnderWhichTheLogHasTheCause() throws Exception {
        var logger = (ch.qos.logback.classic.Logger) LoggerFactory.getLogger(ExchangeRunner.class);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        try (TestServer server = server(JSON)) {
            var answer = server.get("/unknown");

            assertThat(answer.statusCode()).isEqualTo(500);
            assertThat(answer.body()).doesNotContain("secret").doesNotContain("Exception");
            String id = answer.body().replaceFirst(".*\"id\":\"([0-9a-f]{12})\".*", "$1");
            assertThat(id).hasSize(12);
            List<ILoggingEvent> lines = List.copyOf(log.list);
            assertThat(lines).hasSize(1);
            assertThat(lines.getFirst().getFormattedMessage()).isEqualTo("error " + id + ": GET /unknown");
            assertThat(lines.getFirst().getThrowableProxy().getMessage()).isEqualTo("secret detail");
        } finally {
            logger.detachAppender(log);
        }
    }

    @Test
    void evenErrorsOfTheMachineAreAnswered() throws Exception {
        try (TestServer server = server(JSON)) {
            assertThat(server.get("/error").statusCode()).isEqualTo(500);
            assertThat(server.get("/known").statusCode())
                    .as("the server lives on")
                    .isEqualTo(429);
        }
    }

    @Test
    void anAnswerThatCannotBeginIsAnErrorAnswer() throws Exception {
        try (TestServer server = server(JSON)) {
            assertThat(server.get("/lost-file").statusCode()).isEqualTo(500);
            assertThat(server.get("/lost-file").body()).contains("\"code\":\"server.error\"");
        }
    }

    @Test
    void aRendererThatFailsIsReplacedByPlainText() throws Exception {
        try (TestServer server = server((_, _) -> {
            throw new IllegalStateException("renderer");
        })) {
            var answer = server.get("/known");

            assertThat(answer.statusCode()).isEqualTo(429);
            assertThat(answer.body()).isEqualTo("Slow down.\n");
        }
    }
}
