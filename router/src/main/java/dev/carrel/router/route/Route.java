/* Copyright the Carrel authors. */
package dev.carrel.router.route;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One row of the route table. Immutable but for its activity. */
public final class Route {
    private static final DateTimeFormatter ISO =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PORTS = "ports/";
    private static final String LAST_ACTIVITY = "last_activity";
    private static final String LAST_USE = "last_use";

    private final String path;
    /** What was posted, as JSON in UTF-8: a tenth of the memory of a tree of it. */
    private final byte[] data;

    private final @Nullable Target target;
    private final @Nullable SessionRoute session;
    private final Activity activity;
    private final Silence silence = new Silence();
    /** Of the session, with a slash at the end; empty without a session. */
    private final String base;

    private Route(
            String path, byte[] data, @Nullable Target target, @Nullable SessionRoute session, Activity activity) {
        this.path = path;
        this.data = data;
        this.target = target;
        this.session = session;
        this.activity = activity;
        this.base = session == null ? "" : session.address().basePath();
    }

    /** The target of a request as the container is to see it. */
    public String respell(String target) {
        return base.isEmpty() ? target : RoutePath.respell(target, base);
    }

    /** What stands behind {@code ports/} in a request's target, byte for byte; null for targets that lie elsewhere, or behind no session. */
    public @Nullable String behindPorts(String target) {
        if (base.isEmpty()) {
            return null;
        }
        String there = respell(target);
        return there.startsWith(PORTS, base.length()) && there.startsWith(base)
                ? there.substring(base.length() + PORTS.length())
                : null;
    }

    /**
     * A route as it was posted. Every key is kept and given back, but {@code last_activity}, which is ours, and of a session {@code last_use}.
     *
     * @throws InvalidRoute saying what is wrong with it
     */
    static Route read(String path, JsonNode posted, Activity activity) {
        SessionRoute session = session(posted);
        JsonNode url = posted.path("target");
        boolean none = url.isMissingNode() || url.isNull();
        boolean mayLackTarget = session != null && session.state() != SessionState.READY && none;
        if (!mayLackTarget && !url.isTextual()) {
            throw new InvalidRoute("Must specify 'target' as string");
        }
        ObjectNode data = ((ObjectNode) posted).deepCopy();
        data.remove(LAST_ACTIVITY);
        if (session != null) {
            data.remove(LAST_USE);
        }
        Target target = mayLackTarget ? null : Target.of(url.asText()).orElse(null);
        return new Route(path, bytes(data), target, session, activity);
    }

    private static byte[] bytes(JsonNode json) {
        try {
            return JSON.writeValueAsBytes(json);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("writing JSON to memory", e);
        }
    }

    /** The same, used when another was. */
    Route sharing(Activity other) {
        return new Route(path, data, target, session, other);
    }

    private static @Nullable SessionRoute session(JsonNode posted) {
        if (!posted.isObject()) {
            throw new InvalidRoute("Must specify 'target' as string");
        }
        JsonNode session = posted.path("session");
        if (session.isMissingNode() || session.isNull()) {
            return null;
        }
        try {
            return SessionRoute.read(session);
        } catch (IllegalArgumentException e) {
            throw new InvalidRoute(String.valueOf(e.getMessage()));
        }
    }

    /** Its key: decoded, with a leading slash and none at the end. */
    public String path() {
        return path;
    }

    /** Where it leads; empty while its session is not ready, and for a target that is no URL of ours. */
    public Optional<Target> target() {
        return Optional.ofNullable(target);
    }

    /** The session behind it; empty for the routes of a stock JupyterHub. */
    public Optional<SessionRoute> session() {
        return Optional.ofNullable(session);
    }

    /** Whether it leads to the same place, and to the same start of a session there. */
    boolean sameDestination(Route other) {
        return Objects.equals(target, other.target)
                && Objects.equals(
                        session().map(SessionRoute::id), other.session().map(SessionRoute::id));
    }

    /** When it was last used. */
    public Activity activity() {
        return activity;
    }

    /** Whether its target answers; a route that replaces this one begins anew. */
    public Silence silence() {
        return silence;
    }

    /** What was posted, and {@code last_activity}; of a session {@code last_use}, too: JSON in UTF-8. */
    public byte[] toJson() {
        ByteArrayOutputStream json = new ByteArrayOutputStream(data.length + 112);
        // What was posted is an object and never empty; see read.
        json.write(data, 0, data.length - 1);
        add(json, LAST_ACTIVITY, activity.last());
        if (session != null) {
            add(json, LAST_USE, activity.used());
        }
        json.write('}');
        return json.toByteArray();
    }

    private static void add(ByteArrayOutputStream json, String key, Instant at) {
        json.writeBytes((",\"" + key + "\":\"" + ISO.format(at) + "\"").getBytes(StandardCharsets.US_ASCII));
    }

    /** The end that is told to those who have it open; empty when none is, or when it was used since. */
    public Optional<PlannedEnd> plannedEnd() {
        return session().map(SessionRoute::ends).filter(end -> end.stands(activity.used()));
    }

    /** What was posted, to be kept: JSON in UTF-8. Not to be changed. */
    byte[] posted() {
        return data;
    }

    @Override
    public String toString() {
        return path + " -> " + (target == null ? "nothing" : target);
    }
}
