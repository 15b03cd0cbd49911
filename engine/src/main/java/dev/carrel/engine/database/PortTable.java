/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.engine.session.PortStore;
import dev.carrel.engine.session.SessionPort;
import dev.carrel.plugin.table.Query;
import dev.carrel.plugin.table.Table;
import dev.carrel.plugin.table.Write;
import dev.carrel.protocol.name.PortAddress;
import dev.carrel.protocol.name.SessionAddress;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Named ports of sessions. */
final class PortTable implements PortStore {
    private final EngineTables tables;

    @Inject
    PortTable(EngineTables tables) {
        this.tables = tables;
    }

    private static Table<PortRow> ports(EngineTables tables) {
        return tables.of(PortRow.class);
    }

    @Override
    public Optional<SessionPort> put(SessionPort port) {
        return tables.writing("opening a port", () -> {
            Optional<PortRow> there = ports(tables).get(PortRow.key(port.address()));
            Optional<PortRow> stored = there.isEmpty()
                    ? ports(tables).insert(PortRow.of(port, 0))
                    : ports(tables)
                            .replace(PortRow.of(port, there.get().version())
                                    .openedAt(there.get().created()));
            // Empty outside: another wrote meanwhile, try again. Empty inside: there was none before.
            return stored.isPresent() ? Optional.of(there.map(PortRow::session)) : Optional.empty();
        });
    }

    @Override
    public boolean remove(PortAddress address) {
        return tables.reading("closing a port", () -> ports(tables).delete(PortRow.key(address)));
    }

    @Override
    public void removeAll(SessionAddress session) {
        tables.reading("closing the ports of a session", () -> {
            List<Write> gone = new ArrayList<>();
            of(session).forEach(port -> gone.add(Write.discard(ports(tables), PortRow.key(port.address()))));
            tables.inBatches(gone);
            return gone.size();
        });
    }

    @Override
    public Optional<SessionPort> find(PortAddress address) {
        return tables.reading(
                "reading a port", () -> ports(tables).get(PortRow.key(address)).map(PortRow::session));
    }

    @Override
    public List<SessionPort> of(SessionAddress session) {
        return list(Query.of(session.user().value())).stream()
                .filter(port -> port.address().session().equals(session))
                .sorted(Comparator.comparing(port -> port.address().name().value()))
                .toList();
    }

    @Override
    public List<SessionPort> all() {
        return list(Query.all());
    }

    private List<SessionPort> list(Query query) {
        return tables.reading(
                "listing ports",
                () -> EngineTables.all(ports(tables), query).stream()
                        .map(PortRow::session)
                        .toList());
    }

    /**
     * What the end of an account leaves of ports: its own, and its name among those whom others share with. A later person of that name must
     * inherit neither.
     */
    static List<Write> leftovers(EngineTables tables, String user) {
        List<Write> writes = new ArrayList<>();
        for (PortRow row : EngineTables.all(ports(tables), Query.all())) {
            if (row.user().equals(user)) {
                writes.add(
                        Write.discard(ports(tables), PortRow.key(row.session().address())));
            } else if (row.shares().contains(user)) {
                writes.add(Write.replace(ports(tables), row.withoutShare(user)));
            }
        }
        return writes;
    }
}
