/* Copyright the Carrel authors. */
package dev.carrel.protocol.name;

/**
 * Where a named port of a session is reached: the same for every start of that session.
 *
 * @param session whose port
 * @param name under which it is open
 */
public record PortAddress(SessionAddress session, PortName name) {
    /** Between a session's base path and the name of a port. */
    static final String SEGMENT = "ports";

    private static final int MAX_LABEL = 63;
    /** Browsers take a label that begins so for an encoded name of another script. */
    private static final String ENCODED = "xn";

    /** {@code /user/{name}/ports/{port name}/}: below the session's base path. */
    public String path() {
        return session.basePath() + SEGMENT + "/" + name + "/";
    }

    /**
     * The first label of the port's own origin, at most 63 characters. Readable labels, {@code dash--alice--main}, hold two {@code --} and all others
     * are {@code p--} and 130 bits of a hash; a session's label holds one {@code --} and, behind a {@code p--}, at most 20 characters. So no two ports
     * share a host, and none has a session's.
     */
    public String hostLabel() {
        String of = session.hostLabel();
        String readable = name + "--" + of;
        boolean plain = name.value().matches("[a-z0-9]+")
                && !name.value().equals(ENCODED)
                && session.readable()
                && readable.length() <= MAX_LABEL;
        return plain
                ? readable
                : "p--"
                        + SessionAddress.hash(
                                session.user().value(), session.server().value(), name.value());
    }

    /** The host of the port's own origin below {@code baseHost} (which carries no port). */
    public String host(String baseHost) {
        return hostLabel() + "." + baseHost;
    }

    /** Whether a host's first label could be a port's: to say what is wrong with an address that leads nowhere. */
    public static boolean couldBe(String host) {
        int dot = host.indexOf('.');
        String label = dot < 0 ? host : host.substring(0, dot);
        return label.matches("[a-z0-9]{1,20}--[a-z0-9]{1,30}--[a-z0-9]{1,20}|p--[a-z2-7]{26}");
    }
}
