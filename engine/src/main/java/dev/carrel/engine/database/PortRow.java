/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.engine.session.SessionPort;
import dev.carrel.plugin.table.Key;
import dev.carrel.plugin.table.Part;
import dev.carrel.plugin.table.RowKey;
import dev.carrel.plugin.table.Stored;
import dev.carrel.plugin.table.Version;
import dev.carrel.protocol.name.PortAddress;
import dev.carrel.protocol.name.PortName;
import dev.carrel.protocol.name.ServerName;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.UserName;
import java.time.Instant;
import java.util.List;

/**
 * A named port of a session.
 *
 * @param place {@code /server/name}; the server's name is empty for the default one
 */
@Stored(name = "engine_ports")
record PortRow(
        @Key String user,
        @Key(Part.SORT) String place,
        int port,
        List<String> shares,
        Instant created,
        @Version long version) {
    static RowKey key(PortAddress address) {
        return RowKey.of(address.session().user().value(), place(address));
    }

    private static String place(PortAddress address) {
        return "/" + address.session().server().value() + "/" + address.name().value();
    }

    /** @param version of the row whose place it takes; 0 for none */
    static PortRow of(SessionPort port, long version) {
        return new PortRow(
                port.address().session().user().value(),
                place(port.address()),
                port.port(),
                port.shares().stream().map(UserName::value).toList(),
                port.created(),
                version);
    }

    PortRow openedAt(Instant first) {
        return new PortRow(user, place, port, shares, first, version);
    }

    PortRow withoutShare(String name) {
        return new PortRow(
                user,
                place,
                port,
                shares.stream().filter(share -> !share.equals(name)).toList(),
                created,
                version);
    }

    SessionPort session() {
        int slash = place.lastIndexOf('/');
        return new SessionPort(
                new PortAddress(
                        new SessionAddress(new UserName(user), new ServerName(place.substring(1, slash))),
                        new PortName(place.substring(slash + 1))),
                port,
                shares.stream().map(UserName::new).toList(),
                created);
    }
}
