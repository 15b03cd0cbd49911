/* Copyright the Carrel authors. */
package dev.carrel.router.route;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carrel.chassis.boot.Service;
import dev.carrel.chassis.site.DataFolder;
import dev.carrel.protocol.signed.Claims;
import dev.carrel.protocol.signed.Revocation;
import dev.carrel.protocol.signed.Revocations;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was revoked, as the engine last told, kept in {@code router/revocations.json}. If that file cannot be understood we do not know whom to
 * refuse, so everything issued before this start is refused until the engine tells again. Look-ups from any thread; changes not from
 * event loops.
 */
@Singleton
public final class RevocationStore implements Service {
    /** The most revocations one list may have. */
    public static final int MAX = 100_000;

    private static final Logger LOG = LoggerFactory.getLogger(RevocationStore.class);
    private static final Duration SAVE_TIMEOUT = Duration.ofSeconds(4);
    private static final Duration FOLLOW = Duration.ofMillis(500);
    private static final String DISTRUSTED = "distrustedBefore";
    private static final String NEVER = Instant.EPOCH.toString();
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final Clock clock;
    private final StateFile keeper;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile boolean stopped;
    private volatile Known known = new Known(Revocations.NONE, Instant.EPOCH);

    /** The list, and the moment before which everything is distrusted because the list was lost. */
    private record Known(Revocations list, Instant distrustedBefore) {}

    /** Nothing is revoked until started. */
    @Inject
    public RevocationStore(DataFolder data, Clock clock) {
        this.file = data.router().resolve("revocations.json");
        this.clock = clock;
        this.keeper = new StateFile(file, this::content);
    }

    @Override
    public void start() throws IOException, InterruptedException {
        Optional<byte[]> bytes = StateFile.read(file);
        if (bytes.isPresent()) {
            try {
                known = parse(bytes.get());
            } catch (IOException | InvalidRevocations | DateTimeParseException e) {
                Path aside = StateFile.setAside(file, clock.millis());
                known = new Known(Revocations.NONE, clock.instant());
                LOG.error(
                        "{} cannot be understood ({}); it was moved to {}. Until the engine sends the list again, every cookie and token "
                                + "issued before now is refused.",
                        file,
                        e.getMessage(),
                        aside);
            }
        }
        keeper.start();
        if (!known.distrustedBefore().equals(Instant.EPOCH)) {
            // A second restart must not forget that the list was lost.
            keeper.save(SAVE_TIMEOUT);
        }
    }

    private Known parse(byte[] bytes) throws IOException {
        JsonNode kept = JSON.readTree(bytes);
        return new Known(
                new Revocations(read(kept)), Instant.parse(kept.path(DISTRUSTED).asText(NEVER)));
    }

    @Override
    public void stop() {
        stopped = true;
        keeper.close();
    }

    /** Another process keeps the list from now on: it is read whenever it has changed on the disk, until this is stopped. */
    public void follow() {
        keeper.close();
        Thread.ofVirtual().name("revocations").start(() -> {
            byte[] seen = {};
            try {
                while (!stopped) {
                    seen = look(seen);
                    Thread.sleep(FOLLOW);
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private byte[] look(byte[] seen) {
        try {
            byte[] bytes = StateFile.read(file).orElse(seen);
            if (!Arrays.equals(bytes, seen)) {
                known = parse(bytes);
                listeners.forEach(Runnable::run);
            }
            return bytes;
        } catch (IOException | InvalidRevocations | DateTimeParseException e) {
            // It is replaced whole, so this is no half-written file; what we knew stays in force.
            LOG.error("{} cannot be understood: {}", file, e.getMessage());
            return seen;
        }
    }

    /** Whether these claims were ended before their time. */
    public boolean revoked(Claims claims) {
        Known now = known;
        return claims.issuedAt().isBefore(now.distrustedBefore()) || now.list().revoked(claims);
    }

    /** Has something run after every change, on the changing thread; it must be quick. */
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    /** How many entries there are. */
    public int size() {
        return known.list().list().size();
    }

    /**
     * Replaces the whole list: {@code {"revocations": [{"kind", "id", "notBefore", "until"}]}}. In force at once; returns when it is on the disk.
     *
     * @throws InvalidRevocations when the JSON is no such list
     * @throws IOException when it could not be kept; it is in force all the same
     */
    public void replace(JsonNode posted) throws IOException, InterruptedException {
        known = new Known(new Revocations(read(posted)), Instant.EPOCH);
        listeners.forEach(Runnable::run);
        keeper.save(SAVE_TIMEOUT);
    }

    /** Why the last change could not be kept; empty when it was. */
    public Optional<String> fault() {
        return keeper.fault();
    }

    /** The JSON is no list of revocations. The message goes to the caller. */
    public static final class InvalidRevocations extends RuntimeException {
        private static final long serialVersionUID = 1L;

        InvalidRevocations(String message) {
            super(message);
        }
    }

    private List<Revocation> read(JsonNode posted) {
        JsonNode list = posted.path("revocations");
        if (!list.isArray()) {
            throw new InvalidRevocations("revocations: " + list.getNodeType() + " (expected: an array)");
        }
        if (list.size() > MAX) {
            throw new InvalidRevocations("revocations: " + list.size() + " entries (expected: at most " + MAX + ")");
        }
        Instant now = clock.instant();
        List<Revocation> read = new ArrayList<>(list.size());
        for (int at = 0; at < list.size(); at++) {
            Revocation revocation = entry(list.get(at), "revocations[" + at + "]");
            if (revocation.until().isAfter(now)) {
                read.add(revocation);
            }
        }
        return read;
    }

    private static Revocation entry(JsonNode entry, String where) {
        String kind = text(entry, "kind", where);
        try {
            return new Revocation(
                    Revocation.Kind.valueOf(kind.toUpperCase(Locale.ROOT)),
                    text(entry, "id", where),
                    Instant.parse(text(entry, "notBefore", where)),
                    Instant.parse(text(entry, "until", where)));
        } catch (DateTimeParseException e) {
            throw new InvalidRevocations(
                    where + ": \"" + e.getParsedString() + "\" (expected: times as 2026-01-01T00:00:00Z)");
        } catch (IllegalArgumentException _) {
            throw new InvalidRevocations(where + ".kind: \"" + kind + "\" (expected: login, token or user)");
        }
    }

    private static String text(JsonNode entry, String field, String where) {
        JsonNode value = entry.path(field);
        if (!value.isTextual()) {
            throw new InvalidRevocations(where + "." + field + ": " + value + " (expected: a text)");
        }
        return value.asText();
    }

    private byte[] content() {
        Known now = known;
        ObjectNode file = JSON.createObjectNode().put("version", 1);
        if (!now.distrustedBefore().equals(Instant.EPOCH)) {
            file.put(DISTRUSTED, now.distrustedBefore().toString());
        }
        ArrayNode list = file.putArray("revocations");
        for (Revocation revocation : now.list().list()) {
            list.addObject()
                    .put("kind", revocation.kind().name().toLowerCase(Locale.ROOT))
                    .put("id", revocation.id())
                    .put("notBefore", revocation.notBefore().toString())
                    .put("until", revocation.until().toString());
        }
        try {
            return JSON.writeValueAsBytes(file);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("writing JSON to memory", e);
        }
    }
}
