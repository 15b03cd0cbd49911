/* Copyright the Carrel authors. */
package dev.carrel.engine.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.engine.cluster.Instance;
import dev.carrel.engine.session.Session;
import dev.carrel.engine.session.SessionPort;
import dev.carrel.engine.session.SessionState;
import dev.carrel.protocol.name.PortAddress;
import dev.carrel.protocol.name.PortName;
import dev.carrel.protocol.name.ServerName;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.signed.Claims;
import dev.carrel.protocol.signed.Purpose;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a session is is told to the router, and to nobody else. */
class WhereaboutsTest {
    @TempDir
    Path folder;

    private ApiRig rig;

    @BeforeEach
    void open() throws Exception {
        rig = new ApiRig(folder);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private String proof(Purpose purpose, String audience, String subject, Duration ago) {
        Instant then = rig.now().minus(ago);
        return rig.sign(
                purpose, new Claims(subject, audience, "whereabouts", "", List.of(), then, then.plusSeconds(30)));
    }

    private HttpResponse<String> ask(String name, String... headers) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + rig.port()
                            + "/hub/internal/whereabouts?name=" + URLEncoder.encode(name, StandardCharsets.UTF_8)))
                    .timeout(Duration.ofSeconds(20));
            for (int i = 0; i < headers.length; i += 2) {
                request.header(headers[i], headers[i + 1]);
            }
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    private HttpResponse<String> askAsRouter(String name) throws Exception {
        return ask(name, "X-Carrel-Hop", proof(Purpose.HOP, "engine", "router", Duration.ZERO));
    }

    @Test
    void onlyTheRouterIsTold() throws Exception {
        rig.put(new SessionAddress(UserName.of("ada"), ServerName.DEFAULT), SessionState.READY);
        String name = "ada--main.localhost";

        assertThat(ask(name).statusCode()).isEqualTo(403);
        assertThat(ask(name, "Authorization", "token " + rig.token("root").text())
                        .statusCode())
                .isEqualTo(403);
        assertThat(List.of(
                        proof(Purpose.IDENTITY, "engine", "router", Duration.ZERO),
                        proof(Purpose.HOP, "two", "router", Duration.ZERO),
                        proof(Purpose.HOP, "engine", "192.0.2.1", Duration.ZERO),
                        proof(Purpose.HOP, "engine", "router", Duration.ofSeconds(31)),
                        "rubbish"))
                .allSatisfy(bad ->
                        assertThat(ask(name, "X-Carrel-Hop", bad).statusCode()).isEqualTo(403));
        assertThat(askAsRouter(name).statusCode()).isEqualTo(200);
    }

    @Test
    void aSessionIsFoundByItsHostAndByItsPath() throws Exception {
        SessionAddress plain = new SessionAddress(UserName.of("ada"), new ServerName("lab"));
        SessionAddress odd = new SessionAddress(UserName.of("ada@example.org"), ServerName.DEFAULT);
        rig.put(plain, SessionState.READY);
        rig.put(odd, SessionState.STOPPED);

        assertThat(List.of(
                        plain.host("localhost"),
                        odd.host("localhost"),
                        "/user/ada/lab",
                        "/user/ada@example.org",
                        "/user/ada@example.org/api"))
                .allSatisfy(name -> assertThat(askAsRouter(name).body()).contains("\"place\":\"here\""));
        assertThat(List.of(
                        "bob--main.localhost",
                        "ada--main.localhost",
                        "x--nothing.localhost",
                        "ada--lab.example.org",
                        "/user/bob",
                        "/user/ada/other",
                        "/user/ADA@example.org",
                        "/hub/home",
                        ""))
                .allSatisfy(name -> assertThat(askAsRouter(name).statusCode()).isEqualTo(404));
    }

    @Test
    void aNamedPortIsWhereItsSessionIsAsLongAsItIsOpen() throws Exception {
        SessionAddress plain = new SessionAddress(UserName.of("ada"), new ServerName("lab"));
        SessionAddress odd = new SessionAddress(UserName.of("ada@example.org"), ServerName.DEFAULT);
        rig.put(plain, SessionState.READY);
        rig.put(odd, SessionState.READY);
        List<PortAddress> open = List.of(
                new PortAddress(plain, new PortName("dash")),
                new PortAddress(plain, new PortName("dash-2")),
                new PortAddress(odd, new PortName("dash")));
        open.forEach(port -> rig.portStore().put(new SessionPort(port, 8050, List.of(), rig.now())));

        assertThat(open)
                .allSatisfy(port ->
                        assertThat(askAsRouter(port.host("localhost")).body()).contains("\"place\":\"here\""));
        assertThat(List.of(
                        "other--ada--lab.localhost",
                        "dash--ada--main.localhost",
                        "dash--bob--main.localhost",
                        new PortAddress(odd, new PortName("other")).host("localhost")))
                .allSatisfy(name -> assertThat(askAsRouter(name).statusCode()).isEqualTo(404));
    }

    @Test
    void aSessionOfAnotherInstanceIsToldWithTheAddressOfItsRouter() throws Exception {
        Session ada = rig.unstored(new SessionAddress(UserName.of("ada"), ServerName.DEFAULT), SessionState.READY);
        Session bob = rig.unstored(new SessionAddress(UserName.of("bob"), ServerName.DEFAULT), SessionState.READY);
        rig.store(ada.at("two"));
        rig.store(bob.at("three"));
        // Gone or not: its router may still be there.
        rig.instances().note(new Instance("two", "holder", "10.0.0.2", 8010, Instant.EPOCH), rig.now());

        assertThat(askAsRouter("ada--main.localhost").body())
                .contains("\"place\":\"there\"", "\"instance\":\"two\"", "\"host\":\"10.0.0.2\"", "\"port\":8010");
        assertThat(askAsRouter("bob--main.localhost").body()).contains("\"place\":\"away\"", "\"instance\":\"three\"");
    }
}
