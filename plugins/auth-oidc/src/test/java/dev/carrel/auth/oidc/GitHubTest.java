/* Copyright the Carrel authors. */
package dev.carrel.auth.oidc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.oauth2.sdk.id.ClientID;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** GitHub's answers, given by a stand-in. */
class GitHubTest {
    private static final URI BACK = URI.create("https://lab.example.org/hub/auth/auth-oidc/github/callback");
    private static final String TOKEN =
            "{\"access_token\":\"gho_x\",\"token_type\":\"bearer\",\"scope\":\"user:email\"}";
    private static final String ADA = "{\"id\":7,\"login\":\"ada\",\"name\":null}";
    private static final String EMAILS = "[{\"email\":\"old@x.org\",\"primary\":false,\"verified\":true},"
            + "{\"email\":\"ada@example.org\",\"primary\":true,\"verified\":true}]";

    private final Attempt attempt = Attempt.fresh("github");
    private final Map<String, String> answers =
            new ConcurrentHashMap<>(Map.of("/login/oauth/access_token", TOKEN, "/user", ADA, "/user/emails", EMAILS));
    private final Map<String, String> asked = new ConcurrentHashMap<>();
    private HttpServer server;
    private GitHubProvider gitHub;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
        URI here = URI.create("http://localhost:" + server.getAddress().getPort());
        gitHub = new GitHubProvider(new Wire.Credentials(new ClientID("id"), "secret"), here, here);
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            String authorization = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
            asked.put(
                    path,
                    authorization + " " + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            byte[] body = answers.getOrDefault(path, "").getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json; charset=utf-8");
            exchange.sendResponseHeaders(body.length == 0 ? 401 : 200, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private Person person() throws IOException, WrongAnswer {
        return gitHub.person("code-1", Optional.empty(), attempt, BACK);
    }

    @Test
    void theQuestionHasStateAndProofKey() {
        Map<String, java.util.List<String>> query = IdentityRig.parameters(gitHub.question(attempt, BACK));

        assertThat(query)
                .containsEntry("state", java.util.List.of(attempt.state()))
                .containsEntry("redirect_uri", java.util.List.of(BACK.toString()))
                .containsEntry("scope", java.util.List.of("read:user user:email"))
                .containsEntry("code_challenge_method", java.util.List.of("S256"));
    }

    @Test
    void thePrimaryVerifiedAddressCounts() throws Exception {
        Person ada = person();

        assertThat(ada.subject()).matches("github@localhost:\\d+:7");
        assertThat(ada.username()).isEqualTo("ada");
        assertThat(ada.email()).contains("ada@example.org");
        assertThat(ada.verified()).isTrue();
        assertThat(asked.get("/login/oauth/access_token"))
                .contains("code=code-1", "code_verifier=" + attempt.verifier(), "client_secret=secret");
        assertThat(asked.get("/user")).startsWith("Bearer gho_x");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "[{\"email\":\"a@x.org\",\"primary\":true,\"verified\":false}]",
                "[{\"email\":\"a@x.org\",\"primary\":false,\"verified\":true}]",
                "[{\"email\":\"a@x.org\",\"primary\":\"true\",\"verified\":\"true\"}]",
                "[7,null,\"x\"]"
            })
    void anotherAddressDoesNot(String emails) throws Exception {
        answers.put("/user/emails", emails);

        assertThat(person().email()).isEmpty();
        assertThat(person().verified()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/user=",
                "/user={}",
                "/user=[]",
                "/user={\"id\":\"7\",\"login\":\"ada\"}",
                "/user={\"id\":7}",
                "/user/emails=",
                "/user/emails={}",
                "/login/oauth/access_token=",
                "/login/oauth/access_token={\"error\":\"bad_verification_code\"}",
                "/login/oauth/access_token=access_token=x&token_type=bearer"
            })
    void whatCannotBeUnderstoodSignsNobodyIn(String answer) {
        String[] parts = answer.split("=", 2);
        answers.put(parts[0], parts[1]);

        assertThatThrownBy(this::person).isInstanceOf(WrongAnswer.class);
    }
}
