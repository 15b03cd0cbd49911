/* Copyright the Carrel authors. */
package dev.carrel.router.route;

import com.fasterxml.jackson.databind.JsonNode;
import dev.carrel.protocol.name.PortAddress;
import dev.carrel.protocol.name.PortName;
import dev.carrel.protocol.name.SessionAddress;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * A port of a session that is open under a name. Which machine it is on is the session's route's matter alone.
 *
 * @param address whose, of which session, under which name
 * @param port on which an application in the session listens
 * @param host of its own origin, lower case, no port
 * @param shares names of those who may use it besides the session's owner
 */
public record PortRoute(PortAddress address, int port, String host, Set<String> shares) implements Origin {
    private static final int MAX_PORTS = 64;
    private static final int MAX_SHARES = 1_000;
    private static final int LOWEST = 1024;
    private static final int HIGHEST = 65_535;

    /** Copies the set. */
    public PortRoute {
        shares = Set.copyOf(shares);
    }

    /** The name of the session's owner. */
    public String owner() {
        return address.session().user().value();
    }

    /** {@code /user/alice/ports/dash}: what is taken from a request's path where the port has no origin of its own. */
    public String prefix() {
        String path = address.path();
        return path.substring(0, path.length() - 1);
    }

    @Override
    public boolean admits(String user) {
        return user.equals(owner()) || shares.contains(user);
    }

    @Override
    public String pathName() {
        String path = address.path();
        return path.substring("/user/".length(), path.length() - 1);
    }

    @Override
    public String home() {
        return "/";
    }

    /** Where it leads, given where its session's own server is: the same machine, another port. */
    public Target target(Target server) {
        return new Target(server.host(), port, "");
    }

    /**
     * Reads the list of a session's ports, by name.
     *
     * @throws IllegalArgumentException naming the field, its value and what was expected
     */
    static Map<String, PortRoute> read(SessionAddress session, JsonNode list) {
        if (list.isMissingNode() || list.isNull()) {
            return Map.of();
        }
        if (!list.isArray() || list.size() > MAX_PORTS) {
            throw new IllegalArgumentException(
                    "session.ports: " + list.getNodeType() + " (expected: a list of at most " + MAX_PORTS + ")");
        }
        Map<String, PortRoute> ports = new LinkedHashMap<>();
        for (JsonNode node : list) {
            PortRoute port = one(session, node);
            if (ports.put(port.address().name().value(), port) != null) {
                throw new IllegalArgumentException(
                        "session.ports: two are named \"" + port.address().name() + "\"");
            }
        }
        return Collections.unmodifiableMap(ports);
    }

    private static PortRoute one(SessionAddress session, JsonNode node) {
        PortName name = new PortName(SessionRoute.text(node, "name"));
        JsonNode port = node.path("port");
        if (!port.isInt() || port.asInt() < LOWEST || port.asInt() > HIGHEST) {
            throw new IllegalArgumentException(
                    "session.ports.port: " + port + " (expected: " + LOWEST + " to " + HIGHEST + ")");
        }
        JsonNode given = node.path("shares");
        if (given.size() > MAX_SHARES) {
            throw new IllegalArgumentException(
                    "session.ports.shares: " + given.size() + " (expected: at most " + MAX_SHARES + ")");
        }
        Set<String> shares = new HashSet<>();
        for (JsonNode share : given) {
            if (!share.isTextual()) {
                throw new IllegalArgumentException("session.ports.shares: " + share + " (expected: texts)");
            }
            shares.add(share.asText());
        }
        return new PortRoute(new PortAddress(session, name), port.asInt(), SessionRoute.host(node), shares);
    }
}
