/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.protocol.signed.Claims;
import dev.carrel.protocol.signed.HopSigner;
import dev.carrel.protocol.signed.Purpose;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Calls of functions that another instance's engine passes on: the hop port leads them to our engine, by a proof of their own, and to nothing else. */
class CallHopTest {
    private static final String PATH = HopSigner.CALLS_PATH + "0123456789abcdef".repeat(4);
    private static final String HOST = "127.0.0.1:1";

    private RunningRouter router;
    private Backend engine;
    private int hopPort;
    private int numbers;

    @BeforeEach
    void start() throws Exception {
        Path folder = Files.createTempDirectory(Files.createDirectories(Path.of("target/routers")), "calls");
        hopPort = RunningRouter.freePorts();
        router = RunningRouter.start(
                folder, Map.of("CARREL_INSTANCE_NAME", "two", "CARREL_INSTANCE_HOP_PORT", Integer.toString(hopPort)));
        engine = Backend.at(
                router.enginePort(),
                (request, wire) -> wire.send(
                        Backend.ok("engine " + request.header("X-Carrel-Hop").isPresent() + " " + request.body())));
    }

    @AfterEach
    void stop() throws Exception {
        engine.close();
        router.close();
    }

    private String proof(String receiver, String method, String target) {
        List<String> said = new ArrayList<>(HopSigner.about(method, HOST, target));
        said.add("call-id");
        said.add(Integer.toString(++numbers));
        Instant now = Instant.now();
        return router.sign(
                Purpose.HOP, new Claims("0.0.0.0", receiver, "sender", "one", said, now, now.plusSeconds(30)));
    }

    private RawClient.Answer ask(int port, String method, String target, String proof) throws Exception {
        try (RawClient client = new RawClient(port)) {
            return client.send(method + " " + target + " HTTP/1.1\r\nHost: " + HOST + "\r\nX-Carrel-Hop: " + proof
                            + "\r\nContent-Length: 4\r\n\r\nbody")
                    .answer();
        }
    }

    @Test
    void aProvenCallReachesTheEngineWithItsProofAndOnce() throws Exception {
        String proof = proof(HopSigner.calls("two"), "POST", PATH);

        assertThat(ask(hopPort, "POST", PATH, proof).text()).isEqualTo("engine true body");
        assertThat(ask(hopPort, "POST", PATH, proof).status()).isEqualTo(403);

        assertThat(engine.next().header("X-Carrel-Hop")).contains(proof);
        assertThat(engine.unseen()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "two/calls,   GET,  /hub/internal/calls/DIGEST",
        "two/calls,   POST, /hub/internal/calls/DIGEST?x",
        "two/calls,   POST, /hub/internal/calls/DIGEST/../../home",
        "two/calls,   POST, /hub/home",
        "two/calls,   POST, /hub/internal/calls",
        "two/calls,   POST, /hub/internal/calls/../../home",
        "two,         POST, /hub/internal/calls/DIGEST",
        "three/calls, POST, /hub/internal/calls/DIGEST",
        "calls,       POST, /hub/internal/calls/DIGEST"
    })
    void nothingElseReachesTheEngine(String receiver, String method, String form) throws Exception {
        String target = form.replace("DIGEST", "0123456789abcdef".repeat(4));
        assertThat(ask(hopPort, method, target, proof(receiver, method, target)).status())
                .isBetween(400, 503);
        assertThat(engine.unseen()).isZero();
    }

    @Test
    void aProofOfASessionsRequestIsNoneOfACall() throws Exception {
        // Whatever host a browser names at the other instance, and whatever path below it.
        RawClient.Answer answer = ask(hopPort, "POST", PATH, proof("two", "POST", PATH));

        assertThat(answer.status()).isNotEqualTo(200);
        assertThat(engine.unseen()).isZero();
    }

    @Test
    void atThePublicDoorTheProofCountsForNothing() throws Exception {
        String proof = proof(HopSigner.calls("two"), "POST", PATH);
        RawClient.Answer answer;
        try (RawClient client = router.raw()) {
            answer = client.send("POST " + PATH + " HTTP/1.1\r\nHost: " + router.baseAuthority() + "\r\nX-Carrel-Hop: "
                            + proof + "\r\nContent-Length: 4\r\n\r\nbody")
                    .answer();
        }

        assertThat(answer.text()).isEqualTo("engine false body");
    }

    @Test
    void whetherTheEngineGotTheCallIsTold() throws Exception {
        engine.close();
        RawClient.Answer down = ask(hopPort, "POST", PATH, proof(HopSigner.calls("two"), "POST", PATH));
        assertThat(down.header("X-Carrel-Error")).isEqualTo("engine.unreachable");

        engine = Backend.at(router.enginePort(), (_, _) -> {
            throw new IOException("ends in the middle");
        });
        RawClient.Answer broken = ask(hopPort, "POST", PATH, proof(HopSigner.calls("two"), "POST", PATH));
        assertThat(broken.header("X-Carrel-Error")).isEqualTo("instance.broke-off");
    }
}
