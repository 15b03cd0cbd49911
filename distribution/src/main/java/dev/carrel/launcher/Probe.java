/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.carrel.chassis.site.ProcessName;
import dev.carrel.chassis.site.SiteSettings;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a process says of itself on its health page.
 *
 * @param state up and ready, up and not, or not there
 * @param pid 0 when it is not there
 * @param faults what keeps it from being ready
 * @param warnings what will need somebody soon
 */
record Probe(State state, long pid, Map<String, String> faults, Map<String, String> warnings) {
    private static final ObjectMapper JSON = new ObjectMapper();

    enum State {
        READY,
        NOT_READY,
        DOWN
    }

    static Probe of(ProcessName name, SiteSettings site) {
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) URI.create("http://127.0.0.1:" + site.opsPort(name) + "/health/ready")
                            .toURL()
                            .openConnection();
            connection.setConnectTimeout(1000);
            connection.setReadTimeout(3000);
            int status = connection.getResponseCode();
            try (InputStream in = status == 200 ? connection.getInputStream() : connection.getErrorStream()) {
                JsonNode json = JSON.readTree(in);
                if (!json.path("process").asText().equals(name.label())) {
                    return new Probe(
                            State.DOWN,
                            0,
                            Map.of("port", "somebody else answers on port " + site.opsPort(name)),
                            Map.of());
                }
                Map<String, String> faults = new LinkedHashMap<>();
                json.path("checks").properties().forEach(e -> {
                    if (!e.getValue().asText().equals("ok")) {
                        faults.put(e.getKey(), e.getValue().asText());
                    }
                });
                Map<String, String> warnings = new LinkedHashMap<>();
                json.path("warnings")
                        .properties()
                        .forEach(e -> warnings.put(e.getKey(), e.getValue().asText()));
                return new Probe(
                        status == 200 ? State.READY : State.NOT_READY,
                        json.path("pid").asLong(),
                        faults,
                        warnings);
            }
        } catch (IOException _) {
            return new Probe(
                    State.DOWN, 0, Map.of("process", "nothing answers on port " + site.opsPort(name)), Map.of());
        }
    }
}
