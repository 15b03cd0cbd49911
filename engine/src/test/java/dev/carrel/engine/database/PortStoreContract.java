/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.engine.session.SessionPort;
import dev.carrel.protocol.name.PortAddress;
import dev.carrel.protocol.name.PortName;
import dev.carrel.protocol.name.ServerName;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.UserName;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

abstract class PortStoreContract extends StoreContract {
    private static SessionAddress session(UserName user, String server) {
        return new SessionAddress(user, new ServerName(server));
    }

    private static SessionPort port(UserName user, String server, String name, int port, UserName... shares) {
        return new SessionPort(new PortAddress(session(user, server), new PortName(name)), port, List.of(shares), NOW);
    }

    @Test
    void isFoundAsItWasOpened() {
        SessionPort dash = port(ADA, "", "dash", 8050, BOB);

        assertThat(stores.ports().put(dash)).isEmpty();

        assertThat(stores.ports().find(dash.address())).contains(dash);
        assertThat(stores.ports().all()).containsExactly(dash);
    }

    @Test
    void aSecondOpeningChangesItAndKeepsItsFirstTime() {
        SessionPort first = port(ADA, "gpu", "dash", 8050);
        stores.ports().put(first);

        SessionPort second = port(ADA, "gpu", "dash", 8051, BOB);
        assertThat(stores.ports().put(new SessionPort(second.address(), 8051, List.of(BOB), NOW.plusSeconds(60))))
                .contains(first);

        assertThat(stores.ports().find(first.address())).contains(second);
    }

    @Test
    void belongsToOneServerOfOnePerson() {
        SessionPort main = port(ADA, "", "dash", 8050);
        SessionPort other = port(ADA, "gpu", "dash", 8051);
        SessionPort alike = port(ADA, "ports", "app", 8053);
        SessionPort bobs = port(BOB, "", "dash", 8052);
        List.of(main, other, alike, bobs).forEach(stores.ports()::put);

        assertThat(stores.ports().of(session(ADA, ""))).containsExactly(main);
        assertThat(stores.ports().of(session(ADA, "gpu"))).containsExactly(other);
        assertThat(stores.ports().of(session(BOB, ""))).containsExactly(bobs);
        assertThat(stores.ports().of(session(BOB, "gpu"))).isEmpty();
    }

    @Test
    void areListedByName() {
        for (String name : new String[] {"b", "a-1", "a"}) {
            stores.ports().put(port(ADA, "", name, 8050));
        }

        assertThat(stores.ports().of(session(ADA, "")))
                .extracting(port -> port.address().name().value())
                .containsExactly("a", "a-1", "b");
    }

    @Test
    void isClosedOnce() {
        SessionPort dash = port(ADA, "", "dash", 8050);
        stores.ports().put(dash);

        assertThat(stores.ports().remove(dash.address())).isTrue();
        assertThat(stores.ports().remove(dash.address())).isFalse();
        assertThat(stores.ports().find(dash.address())).isEmpty();
    }

    @Test
    void closingThoseOfASessionLeavesThoseOfOthers() {
        stores.ports().put(port(ADA, "", "dash", 8050));
        stores.ports().put(port(ADA, "gpu", "dash", 8051));
        stores.ports().put(port(ADA, "gpu", "app", 8052));

        stores.ports().removeAll(session(ADA, "gpu"));

        assertThat(stores.ports().all()).containsExactly(port(ADA, "", "dash", 8050));
    }

    @Test
    void endsWithItsAccountWhichIsForgottenByThoseWhoSharedWithIt() {
        stores.users().add(user("root", true));
        stores.users().add(user("ada"));
        stores.users().add(user("bob"));
        stores.ports().put(port(ADA, "", "dash", 8050, BOB));
        stores.ports().put(port(BOB, "", "app", 8050, ADA, new UserName("root")));

        stores.users().delete(ADA, ends(ADA, NOW));

        assertThat(stores.ports().all()).containsExactly(port(BOB, "", "app", 8050, new UserName("root")));
    }

    @Test
    void ofManyWhoOpenTheSameNameAtOnceAllSucceedAndOneRemains() throws Exception {
        List<Optional<SessionPort>> before = atOnce(8, () -> stores.ports().put(port(ADA, "", "dash", 8050)));

        assertThat(before).filteredOn(Optional::isEmpty).hasSize(1);
        assertThat(stores.ports().all()).hasSize(1);
    }
}
