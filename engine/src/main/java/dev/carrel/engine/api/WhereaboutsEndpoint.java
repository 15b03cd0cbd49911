/* Copyright the Carrel authors. */
package dev.carrel.engine.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.engine.cluster.Instance;
import dev.carrel.engine.cluster.Instances;
import dev.carrel.engine.session.PortStore;
import dev.carrel.engine.session.Session;
import dev.carrel.engine.session.SessionStore;
import dev.carrel.engine.web.Access;
import dev.carrel.engine.web.Endpoints;
import dev.carrel.engine.web.EngineRoutes;
import dev.carrel.http.server.HttpFailure;
import dev.carrel.http.server.Request;
import dev.carrel.http.server.Response;
import dev.carrel.protocol.name.PortAddress;
import dev.carrel.protocol.name.PortName;
import dev.carrel.protocol.name.ServerName;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.signed.Purpose;
import dev.carrel.protocol.signed.SignedValues;
import dev.carrel.protocol.signed.Verified;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tells our router on which instance a session is that it does not know. Only the router can ask: a question is signed, and what browsers send under that
 * header never passes it.
 */
final class WhereaboutsEndpoint implements Endpoints {
    private static final String PROOF = "X-Carrel-Hop";
    /** Of a session, or of one of its named ports. */
    private static final Pattern PLAIN = Pattern.compile("(?:([a-z0-9]{1,20})--)?([a-z0-9]{1,30})--([a-z0-9]{1,20})");
    /** A host that is no plain name is looked for among all, which is done once in so long at most. */
    private static final long STALE_NANOS = Duration.ofSeconds(2).toNanos();

    private final SessionStore store;
    private final PortStore ports;
    private final Instances instances;
    private final SignedValues signed;
    private final String baseHost;
    private Map<String, Session> byHost = Map.of();
    private long readAt = System.nanoTime() - STALE_NANOS;

    @Inject
    WhereaboutsEndpoint(
            SessionStore store, PortStore ports, Instances instances, SignedValues signed, SiteSettings site) {
        this.store = store;
        this.ports = ports;
        this.instances = instances;
        this.signed = signed;
        this.baseHost = site.baseHost();
    }

    @Override
    public void register(EngineRoutes routes) {
        routes.get("/hub/internal/whereabouts", Access.OPEN, this::where);
    }

    private Response where(Request request) {
        List<String> proofs = request.headers().all(PROOF);
        boolean router = proofs.size() == 1
                && signed.verify(Purpose.HOP, "engine", proofs.getFirst()) instanceof Verified.Genuine(var claims)
                && claims.subject().equals("router");
        if (!router) {
            throw new HttpFailure(403, "forbidden", "This is for Carrel's router only.");
        }
        String name = request.query().first("name").orElse("");
        Session session = (name.startsWith("/") ? ofPath(name) : ofHost(name))
                .orElseThrow(() -> new HttpFailure(404, "session.not-found", "No such session."));
        ObjectNode answer = Json.object().put("instance", session.instance());
        Optional<Instance> there = instances.find(session.instance());
        if (instances.ours(session.instance())) {
            answer.put("place", "here");
        } else if (there.isPresent()) {
            answer.put("place", "there")
                    .put("host", there.get().host())
                    .put("port", there.get().port());
        } else {
            answer.put("place", "away");
        }
        return Json.answer(200, answer);
    }

    /** Under {@code /user/ada/lab} may be the server "lab", or the path "lab" of the default one. */
    private Optional<Session> ofPath(String path) {
        String[] parts = path.split("/");
        if (parts.length < 3 || !parts[1].equals("user")) {
            return Optional.empty();
        }
        try {
            // In another spelling the router there would not know it either.
            UserName user = new UserName(parts[2]);
            Optional<Session> named = parts.length > 3 ? named(user, parts[3]) : Optional.empty();
            return named.or(() -> store.latest(new SessionAddress(user, ServerName.DEFAULT)));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private Optional<Session> named(UserName user, String server) {
        try {
            return store.latest(new SessionAddress(user, new ServerName(server)));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private Optional<Session> ofHost(String host) {
        if (!host.endsWith("." + baseHost)) {
            return Optional.empty();
        }
        Matcher plain = PLAIN.matcher(host.substring(0, host.length() - baseHost.length() - 1));
        if (plain.matches()) {
            String server = plain.group(3).equals("main") ? "" : plain.group(3);
            SessionAddress address = new SessionAddress(UserName.of(plain.group(2)), new ServerName(server));
            return plain.group(1) == null ? ofSession(address, host) : ofPort(address, plain.group(1), host);
        }
        return Optional.ofNullable(hosts().get(host));
    }

    private Optional<Session> ofSession(SessionAddress address, String host) {
        return address.host(baseHost).equals(host) ? store.latest(address) : Optional.empty();
    }

    /** A port that is not open has no host: nobody is sent to another instance to hear it there. */
    private Optional<Session> ofPort(SessionAddress address, String name, String host) {
        PortAddress port = new PortAddress(address, new PortName(name));
        return port.host(baseHost).equals(host) && ports.find(port).isPresent()
                ? store.latest(address)
                : Optional.empty();
    }

    private synchronized Map<String, Session> hosts() {
        if (System.nanoTime() - readAt >= STALE_NANOS) {
            Map<String, Session> read = new HashMap<>();
            Map<SessionAddress, Session> latest = new HashMap<>();
            store.latest().forEach(session -> {
                latest.put(session.address(), session);
                read.put(session.address().host(baseHost), session);
            });
            ports.all().forEach(port -> {
                Session session = latest.get(port.address().session());
                if (session != null) {
                    read.put(port.address().host(baseHost), session);
                }
            });
            byHost = Map.copyOf(read);
            readAt = System.nanoTime();
        }
        return byHost;
    }
}
