/* Copyright the Carrel authors. */
package dev.carrel.engine.function;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.carrel.engine.session.JupyterApi;
import dev.carrel.engine.session.Sessions;
import dev.carrel.engine.signin.Refusal;
import dev.carrel.protocol.name.Printable;
import dev.carrel.protocol.name.SessionAddress;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Reads what a notebook exports: its code cells with the tag {@code export}, as the session's server has the notebook saved. Any thread; blocks up to
 * half a minute.
 */
public final class ExportedCells {
    private static final String TAG = "export";
    private static final int LARGEST = 32 * 1024 * 1024;
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Sessions sessions;
    private final JupyterApi http = new JupyterApi();

    @Inject
    ExportedCells(Sessions sessions) {
        this.sessions = sessions;
    }

    /**
     * The cells' text, in the order of the notebook.
     *
     * @param path of the notebook below the session's root
     * @throws Refusal conflict, when the session does not run here; unknown, when there is no such notebook; invalid, when no cell is tagged; busy, when
     *     the session does not answer
     */
    public String read(SessionAddress session, String path) {
        Sessions.Upstream upstream = sessions.upstream(session)
                .orElseThrow(() -> new Refusal(
                        Refusal.Kind.CONFLICT,
                        name(session) + " is not running, or not on this instance (start it, then publish again)"));
        JsonNode model = model(session, upstream, path);
        JsonNode cells = model.path("content").path("cells");
        if (!model.path("type").asText().equals("notebook") || !cells.isArray()) {
            throw new Refusal(
                    Refusal.Kind.INVALID,
                    "notebook: " + Printable.quote(path) + " is none (expected: a notebook's path)");
        }
        List<String> exported = new ArrayList<>();
        for (JsonNode cell : cells) {
            if (cell.path("cell_type").asText().equals("code") && tagged(cell)) {
                exported.add(source(cell.path("source")));
            }
        }
        if (exported.isEmpty()) {
            throw new Refusal(
                    Refusal.Kind.INVALID,
                    "notebook: no code cell of " + Printable.quote(path) + " has the tag " + TAG + " (of "
                            + cells.size()
                            + " cells; expected: the tag on each cell to publish, and the notebook saved)");
        }
        return String.join("\n\n", exported) + "\n";
    }

    private static boolean tagged(JsonNode cell) {
        for (JsonNode tag : cell.path("metadata").path("tags")) {
            if (tag.asText().equals(TAG)) {
                return true;
            }
        }
        return false;
    }

    /** A text, or its lines with their ends. */
    private static String source(JsonNode source) {
        StringBuilder text = new StringBuilder(source.isArray() ? "" : source.asText());
        if (source.isArray()) {
            source.forEach(line -> text.append(line.asText()));
        }
        return text.toString();
    }

    private JsonNode model(SessionAddress session, Sessions.Upstream upstream, String path) {
        try {
            JupyterApi.Answer answer = http.get(uri(session, upstream, path), upstream.token(), LARGEST, LIMIT);
            if (answer.status() == 404) {
                throw new Refusal(
                        Refusal.Kind.UNKNOWN,
                        name(session) + " has no notebook " + Printable.quote(path)
                                + " (expected: its path below the session's root)");
            }
            if (answer.status() != 200) {
                throw new Refusal(
                        Refusal.Kind.INVALID,
                        name(session) + " answered " + answer.status() + " when asked for the notebook "
                                + Printable.quote(path) + " (expected: a notebook that can be read)");
            }
            if (!answer.whole()) {
                throw new Refusal(
                        Refusal.Kind.INVALID,
                        "notebook: " + Printable.quote(path) + " is larger than " + LARGEST
                                + " bytes (clear the outputs of its cells)");
            }
            return JSON.readTree(answer.body());
        } catch (JsonProcessingException _) {
            throw new Refusal(
                    Refusal.Kind.INVALID, name(session) + " answered no JSON when asked for " + Printable.quote(path));
        } catch (IOException e) {
            throw new Refusal(Refusal.Kind.BUSY, name(session) + " does not answer: " + e, Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refusal(Refusal.Kind.BUSY, "interrupted while reading the notebook", Duration.ofSeconds(5));
        }
    }

    /** Each step is encoded, so that nothing of the path leads elsewhere in the session's server. */
    private static URI uri(SessionAddress session, Sessions.Upstream upstream, String path) {
        List<String> steps = Arrays.asList(path.split("/", -1));
        if (path.length() > 1000 || steps.stream().anyMatch(s -> s.isEmpty() || s.equals(".") || s.equals(".."))) {
            throw new Refusal(
                    Refusal.Kind.INVALID,
                    "notebook: " + Printable.quote(path)
                            + " (expected: a path below the session's root, as work/calc.ipynb)");
        }
        String encoded = steps.stream().map(SessionAddress::encode).collect(Collectors.joining("/"));
        return URI.create(
                upstream.server() + session.basePath() + "api/contents/" + encoded + "?type=notebook&content=1");
    }

    private static String name(SessionAddress session) {
        return session.server().isDefault() ? "your session" : "your session '" + session.server() + "'";
    }
}
