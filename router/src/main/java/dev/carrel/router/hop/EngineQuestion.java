/* Copyright the Carrel authors. */
package dev.carrel.router.hop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.protocol.signed.Claims;
import dev.carrel.protocol.signed.Purpose;
import dev.carrel.protocol.signed.SignedValues;
import dev.carrel.router.hop.Place.Away;
import dev.carrel.router.hop.Place.Here;
import dev.carrel.router.hop.Place.Silent;
import dev.carrel.router.hop.Place.There;
import dev.carrel.router.hop.Place.Unknown;
import dev.carrel.router.route.Target;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks our own engine where a session is. Only the router can: the question is signed. */
public final class EngineQuestion implements Whereabouts.Question, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EngineQuestion.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration DEADLINE = Duration.ofSeconds(3);

    private final String url;
    private final SignedValues values;
    private final Clock clock;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(1))
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .build();

    /** The engine listens on 127.0.0.1 at the site's engine port. */
    public EngineQuestion(SiteSettings site, SignedValues values, Clock clock) {
        this.url = "http://127.0.0.1:" + site.enginePort() + "/hub/internal/whereabouts?name=";
        this.values = values;
        this.clock = clock;
    }

    @Override
    public void ask(String name, Consumer<Place> answer) {
        Instant now = clock.instant();
        String proof = values.sign(
                Purpose.HOP,
                new Claims("router", "engine", "whereabouts", "", List.of(), now, now.plus(Purpose.HOP.longest())));
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + URLEncoder.encode(name, StandardCharsets.UTF_8)))
                .timeout(DEADLINE)
                .header(HopProof.HEADER, proof)
                .build();
        var _ = http.sendAsync(request, HttpResponse.BodyHandlers.ofString()).handle((response, failure) -> {
            if (failure != null) {
                LOG.warn("the engine does not say where {} is: {}", name, failure.toString());
            }
            answer.accept(failure == null ? read(response) : new Silent());
            return null;
        });
    }

    private static Place read(HttpResponse<String> response) {
        if (response.statusCode() == 404) {
            return new Unknown();
        }
        try {
            JsonNode body = JSON.readTree(response.body());
            String instance = body.path("instance").asText();
            if (response.statusCode() == 200) {
                return switch (body.path("place").asText()) {
                    case "here" -> new Here();
                    case "there" ->
                        new There(
                                instance,
                                new Target(
                                        body.path("host").asText(),
                                        body.path("port").asInt(),
                                        ""));
                    default -> new Away(instance);
                };
            }
        } catch (IOException e) {
            LOG.debug("no JSON from the engine", e);
        }
        LOG.warn("the engine answered {} to where a session is", response.statusCode());
        return new Silent();
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
