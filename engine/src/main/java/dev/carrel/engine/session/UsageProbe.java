/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.carrel.engine.manager.ContainerManager;
import dev.carrel.protocol.command.Command;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.Result;
import dev.carrel.protocol.name.SessionId;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Asks a session whether something goes on in it: its kernels and terminals by Jupyter's REST API, and its container for the time on processors that it took
 * since it was last asked, for a computation may run in a terminal without a word. Not asked for {@code /api/status}: its {@code last_activity} moves whenever
 * an open JupyterLab looks for kernels, which is every ten seconds. Thread-safe; one call for one session at a time.
 */
class UsageProbe {
    /** A server with an open page and idle kernels takes about a hundredth of a core. */
    private static final double COMPUTES = 0.1;

    /** What was measured longer ago says little of a computation that has just begun. */
    private static final Duration SAMPLE_LASTS = Duration.ofMinutes(3);

    private static final Duration DEADLINE = Duration.ofSeconds(5);
    private static final int LONGEST = 1 << 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ContainerManager manager;
    private final JupyterApi http = new JupyterApi();
    private final Map<SessionId, Sample> samples = new ConcurrentHashMap<>();

    private record Sample(long at, long cpuNanos) {}

    @Inject
    UsageProbe(ContainerManager manager) {
        this.manager = manager;
    }

    /** @param server where its server listens, without its path */
    Usage ask(Session session, URI server) throws InterruptedException {
        Usage said = jupyter(session, server);
        return said instanceof Usage.Quiet || said instanceof Usage.Foreign ? processors(session.id(), said) : said;
    }

    /** Forgets all other sessions. */
    void keepOnly(Collection<SessionId> sessions) {
        samples.keySet().retainAll(sessions);
    }

    private Usage jupyter(Session session, URI server) throws InterruptedException {
        try {
            Optional<JsonNode> kernels = list(session, server, "api/kernels");
            if (kernels.isEmpty()) {
                return new Usage.Foreign();
            }
            Instant last = Instant.MIN;
            for (JsonNode kernel : kernels.get()) {
                if (kernel.path("execution_state").asText().equals("busy")) {
                    return new Usage.Busy("kernel " + kernel.path("id").asText());
                }
                last = later(last, kernel);
            }
            // A server may offer no terminals.
            Optional<JsonNode> terminals = list(session, server, "api/terminals");
            for (JsonNode terminal : terminals.orElseGet(JSON::createArrayNode)) {
                last = later(last, terminal);
            }
            return new Usage.Quiet(last);
        } catch (IOException | DateTimeParseException e) {
            return new Usage.Unknown(String.valueOf(e.getMessage()));
        }
    }

    /** Empty when it has no such list, so that it is no Jupyter server, or one without them. */
    private Optional<JsonNode> list(Session session, URI server, String what) throws IOException, InterruptedException {
        JupyterApi.Answer answer = http.get(
                server.resolve(session.address().basePath() + what), session.upstreamToken(), LONGEST, DEADLINE);
        int status = answer.status();
        if (status == 404 || status == 405 || status / 100 == 3) {
            return Optional.empty();
        }
        if (status != 200 || !answer.whole()) {
            throw new IOException(what + ": " + status + (answer.whole() ? "" : ", too long")
                    + " (expected: 200, at most " + LONGEST + " bytes)");
        }
        try {
            return Optional.of(JSON.readTree(answer.body())).filter(JsonNode::isArray);
        } catch (JsonProcessingException _) {
            return Optional.empty();
        }
    }

    private static Instant later(Instant last, JsonNode one) {
        Instant at = Instant.parse(one.path("last_activity").asText());
        return at.isAfter(last) ? at : last;
    }

    private Usage processors(SessionId session, Usage otherwise) throws InterruptedException {
        try {
            if (!(manager.call(new Command.SessionStats(session), DEADLINE, _ -> {}) instanceof Result.Stats stats)) {
                return new Usage.Unknown("the container-manager answered otherwise than asked");
            }
            Sample now = new Sample(System.nanoTime(), stats.cpuNanos());
            Sample before = samples.put(session, now);
            if (before == null || now.at() == before.at() || now.at() - before.at() > SAMPLE_LASTS.toNanos()) {
                return new Usage.Unmeasured();
            }
            double cores = (double) (now.cpuNanos() - before.cpuNanos()) / (now.at() - before.at());
            return cores < COMPUTES ? otherwise : new Usage.Busy("%.2f cores".formatted(cores));
        } catch (CommandFailure e) {
            return new Usage.Unknown(String.valueOf(e.getMessage()));
        }
    }
}
