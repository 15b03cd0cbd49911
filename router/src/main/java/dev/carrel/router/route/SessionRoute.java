/* Copyright the Carrel authors. */
package dev.carrel.router.route;

import com.fasterxml.jackson.databind.JsonNode;
import dev.carrel.protocol.name.ServerName;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.SessionId;
import dev.carrel.protocol.name.UserName;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The {@code session} object of a route; see docs/architecture.md.
 *
 * @param id of this start of it
 * @param address whose session and which
 * @param host of its own origin, lower case, no port
 * @param state what the engine last said
 * @param upstreamToken what its server wants to see; null for none
 * @param reason why it is not there; null for none
 * @param since when the state was entered
 * @param ends when it is to end; null for not that anybody knew
 * @param ports those that are open under a name, by name
 */
public record SessionRoute(
        SessionId id,
        SessionAddress address,
        String host,
        SessionState state,
        @Nullable String upstreamToken,
        @Nullable EndReason reason,
        Instant since,
        @Nullable PlannedEnd ends,
        Map<String, PortRoute> ports)
        implements Origin {
    private static final Pattern HOST = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,252})");
    /** What may stand in a header's value without changing its meaning. */
    private static final Pattern TOKEN = Pattern.compile("[!-~]{1,1024}");

    /** The port with a name; empty when none is open under it. */
    public Optional<PortRoute> port(String name) {
        return Optional.ofNullable(ports.get(name));
    }

    /** Which of its origins has this host, of those that it has. */
    public Optional<Origin> origin(String name) {
        return host.equals(name)
                ? Optional.of(this)
                : ports.values().stream()
                        .filter(port -> port.host().equals(name))
                        .findFirst()
                        .map(Function.identity());
    }

    @Override
    public boolean admits(String user) {
        return user.equals(user());
    }

    @Override
    public String home() {
        return address.basePath();
    }

    /** The name of the person. */
    public String user() {
        return address.user().value();
    }

    /** {@code alice} or {@code alice/main}, percent-encoded. */
    @Override
    public String pathName() {
        String base = address.basePath();
        return base.substring("/user/".length(), base.length() - 1);
    }

    /**
     * Reads the object.
     *
     * @throws IllegalArgumentException naming the field, its value and what was expected
     */
    static SessionRoute read(JsonNode node) {
        if (!node.isObject()) {
            throw new IllegalArgumentException("session: " + node.getNodeType() + " (expected: an object)");
        }
        SessionAddress address = new SessionAddress(
                new UserName(text(node, "user")),
                new ServerName(node.path("server").asText("")));
        String host = host(node);
        String label = text(node, "state");
        SessionState state = SessionState.of(label)
                .orElseThrow(() -> new IllegalArgumentException("session.state: \"" + label + "\" (expected: "
                        + Arrays.stream(SessionState.values())
                                .map(SessionState::label)
                                .collect(Collectors.joining(", "))
                        + ")"));
        String token = optional(node, "upstreamToken");
        if (token != null && !TOKEN.matcher(token).matches()) {
            throw new IllegalArgumentException(
                    "session.upstreamToken: not shown (expected: 1..1024 visible ASCII characters)");
        }
        return new SessionRoute(
                new SessionId(text(node, "id")),
                address,
                host,
                state,
                token,
                reason(node),
                time(node, "since"),
                PlannedEnd.read(node.path("ends")),
                PortRoute.read(address, node.path("ports")));
    }

    /** An engine of the version before tells the text alone. */
    private static @Nullable EndReason reason(JsonNode node) {
        String text = optional(node, "reason");
        if (text == null) {
            return null;
        }
        JsonNode lines = node.path("log");
        if (!lines.isMissingNode() && !lines.isNull() && !lines.isArray()) {
            throw new IllegalArgumentException(
                    "session.log: " + lines.getNodeType() + " (expected: an array of texts)");
        }
        List<String> log = new ArrayList<>();
        lines.forEach(line -> log.add(line.asText()));
        String code = optional(node, "reasonCode");
        return new EndReason(code == null ? "" : code, text, log);
    }

    /** The same as somebody is told who may not see what the session wrote. */
    public SessionRoute withoutLog() {
        return reason == null || reason.log().isEmpty()
                ? this
                : new SessionRoute(id, address, host, state, upstreamToken, reason.withoutLog(), since, ends, ports);
    }

    static String host(JsonNode node) {
        String host = text(node, "host").toLowerCase(Locale.ROOT);
        if (!HOST.matcher(host).matches()) {
            throw new IllegalArgumentException("session.host: \"" + host + "\" (expected: a host name without port)");
        }
        return host;
    }

    static Instant time(JsonNode node, String field) {
        String time = text(node, field);
        try {
            return Instant.parse(time);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "session." + field + ": \"" + time + "\" (expected: a time as 2026-01-01T00:00:00Z)", e);
        }
    }

    static String text(JsonNode node, String field) {
        JsonNode value = node.path(field);
        if (!value.isTextual()) {
            throw new IllegalArgumentException("session." + field + ": " + value + " (expected: a text)");
        }
        return value.asText();
    }

    private static @Nullable String optional(JsonNode node, String field) {
        JsonNode value = node.path(field);
        return value.isMissingNode() || value.isNull() ? null : text(node, field);
    }
}
