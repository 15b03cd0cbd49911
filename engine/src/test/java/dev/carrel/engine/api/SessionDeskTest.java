/* Copyright the Carrel authors. */
package dev.carrel.engine.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.engine.desk.Desk;
import dev.carrel.engine.session.Session;
import dev.carrel.engine.session.SessionState;
import dev.carrel.engine.signin.Caller;
import dev.carrel.protocol.name.UserName;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a session may ask at the engine's desk for sessions: for its owner's functions, with the token its own server demands, and for nothing else. */
class SessionDeskTest {
    private static final String CALC = "/hub/api/functions/ada/calc";
    private static final String CODE = "{\"code\": \"def f():\\n  return 1\"}";

    @TempDir
    Path folder;

    private ApiRig rig;
    private Desk desk;
    private Session session;

    @BeforeEach
    void open() throws Exception {
        rig = new ApiRig(folder);
        rig.add("bob", false);
        session = rig.put(ApiRig.address("ada", ""), SessionState.READY);
        desk = rig.desk();
        desk.start();
        long end = System.nanoTime() + 10_000_000_000L;
        while (desk.port().isEmpty()) {
            assertThat(System.nanoTime())
                    .as("the desk is open within ten seconds")
                    .isLessThan(end);
            Thread.onSpinWait();
        }
    }

    @AfterEach
    void close() {
        desk.stop();
        rig.close();
    }

    private ApiClient as(String credential) {
        return new ApiClient(desk.port().orElseThrow(), credential);
    }

    private static String of(Session session) {
        return "token session." + session.id() + "." + session.upstreamToken();
    }

    @Test
    void aSessionPublishesReadsAndDeletesItsOwnersFunctions() {
        ApiClient mine = as(of(session));

        assertThat(mine.send("PUT", CALC, CODE).status()).isEqualTo(201);
        assertThat(mine.get(CALC).status()).isEqualTo(200);
        assertThat(mine.get("/hub/api/functions").json()).hasSize(1);
        assertThat(rig.functionsOf("ada")).contains("calc");
        assertThat(mine.send("DELETE", CALC, "").status()).isEqualTo(204);
    }

    @Test
    void itDoesNothingWithTheFunctionsOfOthersNotEvenAnAdministratorsSession() {
        rig.publish("bob");
        Session roots = rig.put(ApiRig.address("root", ""), SessionState.READY);

        for (Session asking : new Session[] {session, roots}) {
            assertThat(as(of(asking))
                            .send("PUT", "/hub/api/functions/bob/calc", CODE)
                            .status())
                    .isIn(403, 404);
            assertThat(as(of(asking)).get("/hub/api/functions/bob").status()).isIn(403, 404);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/hub/api/users/ada",
                "/hub/api/user",
                "/hub/api/users/ada/tokens",
                "/hub/api/",
                "/hub/login",
                "/hub/home",
                "/hub/api/functions/../users/ada",
                "/hub/api/nothing"
            })
    void nothingElseOfTheEngineIsThere(String path) {
        assertThat(as(of(session)).get(path).status()).isIn(400, 404);
    }

    @Test
    void itsTokenIsGoodForNothingAtTheDoorOfEverybody() {
        rig.with(of(session)).get("/hub/api/functions").refuses(403, "Missing or invalid credentials.");
    }

    @Test
    void aWrongTokenAnotherSessionsAndOneOfASessionThatEndedAreNoCredentials() {
        Session ended = rig.put(ApiRig.address("ada", "gone"), SessionState.STOPPED);
        Session other = rig.put(ApiRig.address("bob", ""), SessionState.READY);
        String mixed = "token session." + session.id() + "." + other.upstreamToken();

        for (String credential : new String[] {
            of(ended),
            mixed,
            "token session." + session.id() + ".",
            "token session.x.y",
            "token session..",
            "token nothing",
            ""
        }) {
            as(credential).get("/hub/api/functions").refuses(403, "Missing or invalid credentials.");
        }
    }

    @Test
    void aDisabledOwnersSessionIsRefused() {
        rig.accounts().disable(UserName.of("ada"), true, Caller.COMMAND_LINE);

        as(of(session)).get("/hub/api/functions").refuses(403, "Missing or invalid credentials.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Cookie: carrel-login=x",
                "X-Forwarded-For: 10.0.0.1",
                "X-Forwarded-Proto: https",
                "Forwarded: for=10.0.0.1",
                "X-Carrel-Identity: x",
                "X-Real-IP: 10.0.0.1"
            })
    void headersThatOnlyTheRouterMaySendAreRefused(String header) throws IOException, InterruptedException {
        String[] parts = header.split(": ", 2);

        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(
                                        "http://127.0.0.1:" + desk.port().orElseThrow() + "/hub/api/functions"))
                                .header("Authorization", of(session))
                                .header(parts[0], parts[1])
                                .build(),
                        HttpResponse.BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("desk.header");
    }

    @Test
    void aTokenOfTheirOwnIsTakenAsAnywhereElse() {
        String token = "token "
                + rig.token("ada", Optional.empty(), "read:functions!user").text();

        assertThat(as(token).get("/hub/api/functions").status()).isEqualTo(200);
        assertThat(as(token).send("PUT", CALC, CODE).status()).isIn(403, 404);
    }
}
