/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkSystemSetting;
import software.amazon.awssdk.core.exception.SdkClientException;

/** The region that the machine says, and how soon it is clear that it says none. */
class MachineRegionTest {
    private static final String PROPERTY = SdkSystemSetting.AWS_EC2_METADATA_SERVICE_ENDPOINT.property();

    private final List<String> asked = new ArrayList<>();

    @AfterEach
    void forget() {
        System.clearProperty(PROPERTY);
    }

    private HttpServer service(String region) throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
        server.createContext("/", exchange -> {
            boolean first = exchange.getRequestMethod().equals("PUT");
            asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                    + exchange.getRequestHeaders().getFirst("X-aws-ec2-metadata-token"));
            byte[] answer = (first ? "secret" : region).getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        System.setProperty(PROPERTY, "http://127.0.0.1:" + server.getAddress().getPort());
        return server;
    }

    @Test
    void isAskedForWithATokenOfTheService() throws Exception {
        HttpServer server = service("eu-central-1\n");
        try {
            assertThat(new MachineRegion().getRegion().id()).isEqualTo("eu-central-1");
            assertThat(asked)
                    .containsExactly("PUT /latest/api/token null", "GET /latest/meta-data/placement/region secret");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void anAnswerThatIsNoRegionIsNone() throws Exception {
        HttpServer server = service("<html>captive portal</html>");
        try {
            assertThatThrownBy(() -> new MachineRegion().getRegion())
                    .isInstanceOf(SdkClientException.class)
                    .hasMessageContaining("an answer that is no region");
        } finally {
            server.stop(0);
        }
    }

    /** As everywhere but at Amazon: the address leads nowhere, or to somebody who never answers. */
    @Test
    void theRefusalComesWithinThreeSecondsWhenNobodyAnswers() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            System.setProperty(PROPERTY, "http://127.0.0.1:" + silent.getLocalPort());
            Instant begun = Instant.now();

            assertThatThrownBy(() -> DynamoDatabase.open(new DynamoSettings(
                            "", "", "", "", "carrel_", 0, 0, 4, Duration.ofSeconds(3), Duration.ofSeconds(10))))
                    .hasMessage("region: \"\", and neither AWS_REGION nor a profile nor the machine says which "
                            + "(expected: one, like eu-central-1)");

            assertThat(Duration.between(begun, Instant.now())).isLessThan(Duration.ofSeconds(3));
        }
    }
}
