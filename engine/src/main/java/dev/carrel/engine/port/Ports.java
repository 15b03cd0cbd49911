/* Copyright the Carrel authors. */
package dev.carrel.engine.port;

import dev.carrel.engine.session.PortStore;
import dev.carrel.engine.session.SessionPort;
import dev.carrel.engine.session.Sessions;
import dev.carrel.engine.signin.AuditEvent;
import dev.carrel.engine.signin.AuditLog;
import dev.carrel.engine.signin.Caller;
import dev.carrel.engine.signin.Refusal;
import dev.carrel.protocol.name.PortAddress;
import dev.carrel.protocol.name.PortName;
import dev.carrel.protocol.name.Printable;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.UserName;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Opens ports of sessions under names, shares and closes them. A change is in force at the router when the method returns; when the router does not
 * answer, as soon as it does; of a session on another instance, within that engine's next reconcile. Who may call for it is the caller's matter. Any thread.
 */
public final class Ports {
    /** As many may be open in one session. */
    public static final int MOST = 16;
    /** With so many people one may be shared. */
    public static final int MOST_SHARES = 50;

    private static final int LOWEST = 1024;
    private static final int HIGHEST = 65_535;

    private final PortStore store;
    private final Sessions sessions;
    private final AuditLog audit;
    private final Clock clock;

    /** Built by Guice. */
    @Inject
    Ports(PortStore store, Sessions sessions, AuditLog audit, Clock clock) {
        this.store = store;
        this.sessions = sessions;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * What came of opening a port.
     *
     * @param port as it now is
     * @param fresh whether none was open under this name
     */
    public record Opened(SessionPort port, boolean fresh) {}

    /** Those of a session, by name. */
    public List<SessionPort> of(SessionAddress session) {
        return store.of(session);
    }

    /** One of them. */
    public Optional<SessionPort> find(PortAddress address) {
        return store.find(address);
    }

    /**
     * Opens a port under a name, or changes the one of that name.
     *
     * @param shares names of people, who need not have an account: whether one exists is told to nobody
     * @throws Refusal invalid, unknown, conflict
     */
    public Opened open(PortAddress address, long port, List<String> shares, Caller caller) {
        SessionAddress session = address.session();
        if (!session.server().isDefault() && sessions.find(session).isEmpty()) {
            throw new Refusal(Refusal.Kind.UNKNOWN, session.user() + " has no server named '" + session.server() + "'");
        }
        SessionPort wanted = new SessionPort(address, number(session, port), people(session, shares), clock.instant());
        Optional<SessionPort> before = store.put(wanted);
        // Counted afterwards, because others may open some at the same time.
        if (before.isEmpty() && store.of(session).size() > MOST) {
            store.remove(address);
            throw new Refusal(
                    Refusal.Kind.CONFLICT, MOST + " ports are open in this session already (close one of them first)");
        }
        sessions.portsChanged(session);
        SessionPort now = new SessionPort(
                address,
                wanted.port(),
                wanted.shares(),
                before.map(SessionPort::created).orElse(wanted.created()));
        note(caller, before.isEmpty() ? "port.opened" : "port.changed", address, told(now));
        return new Opened(now, before.isEmpty());
    }

    /** Closes a port; whether there was one. */
    public boolean close(PortAddress address, Caller caller) {
        boolean there = store.remove(address);
        // Also when it was gone: somebody may ask again because the router did not hear of it.
        sessions.portsChanged(address.session());
        if (there) {
            note(caller, "port.closed", address, "done");
        }
        return there;
    }

    /**
     * A name of a port.
     *
     * @throws Refusal invalid
     */
    public static PortName name(String text) {
        try {
            return new PortName(text);
        } catch (IllegalArgumentException e) {
            throw new Refusal(Refusal.Kind.INVALID, String.valueOf(e.getMessage()));
        }
    }

    private int number(SessionAddress session, long port) {
        if (port < LOWEST || port > HIGHEST) {
            throw new Refusal(Refusal.Kind.INVALID, "port: " + port + " (expected: " + LOWEST + " to " + HIGHEST + ")");
        }
        int own = sessions.serverPort(session).orElse(0);
        if (port == own) {
            throw new Refusal(
                    Refusal.Kind.INVALID,
                    "port: " + port
                            + " is the session's own server's, which is shared with nobody (expected: the port of another program)");
        }
        return Math.toIntExact(port);
    }

    private static List<UserName> people(SessionAddress session, List<String> names) {
        TreeSet<String> people = new TreeSet<>();
        for (String name : names) {
            try {
                people.add(UserName.of(name).value());
            } catch (IllegalArgumentException e) {
                throw new Refusal(Refusal.Kind.INVALID, "shares: " + e.getMessage());
            }
        }
        people.remove(session.user().value());
        if (people.size() > MOST_SHARES) {
            throw new Refusal(
                    Refusal.Kind.INVALID,
                    "shares: " + people.size() + " names (expected: at most " + MOST_SHARES + ")");
        }
        List<UserName> list = new ArrayList<>();
        people.forEach(name -> list.add(new UserName(name)));
        return list;
    }

    private static String told(SessionPort port) {
        String with = port.shares().stream()
                .map(name -> Printable.quote(name.value()))
                .collect(Collectors.joining(", "));
        return "port " + port.port() + (with.isEmpty() ? "" : ", shared with " + with);
    }

    private void note(Caller caller, String action, PortAddress address, String result) {
        SessionAddress session = address.session();
        audit.append(new AuditEvent(
                clock.instant(),
                caller.name(),
                action,
                session.user() + "/" + session.server() + "/" + address.name(),
                caller.remote(),
                caller.requestId(),
                result));
    }
}
