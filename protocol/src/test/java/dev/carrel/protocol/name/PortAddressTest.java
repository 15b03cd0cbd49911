/* Copyright the Carrel authors. */
package dev.carrel.protocol.name;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class PortAddressTest {
    @Test
    void plainNamesGiveReadableHosts() {
        assertThat(address("alice", "", "dash").host("localhost")).isEqualTo("dash--alice--main.localhost");
        assertThat(address("alice", "gpu", "a1").hostLabel()).isEqualTo("a1--alice--gpu");
    }

    @Test
    void namesThatCouldBeMistakenForOthersAreHashed() {
        for (PortAddress address : new PortAddress[] {
            address("alice", "", "my-app"),
            address("alice", "main", "dash"),
            address("a-b", "", "dash"),
            address("x", "", "dash"),
            address("alice", "", "xn"),
            address("a".repeat(30), "b".repeat(20), "c".repeat(20))
        }) {
            assertThat(address.hostLabel()).startsWith("p--").hasSize(29);
        }
    }

    @Test
    void liesBelowTheSessionsPath() {
        assertThat(address("alice", "", "dash").path()).isEqualTo("/user/alice/ports/dash/");
        assertThat(address("jürgen", "gpu", "dash").path()).isEqualTo("/user/j%C3%BCrgen/gpu/ports/dash/");
    }

    @Test
    void refusesNamesThatAreNone() {
        for (String name : new String[] {"", "-a", "A", "a.b", "a/b", "a_b", "ü", "a".repeat(21)}) {
            assertThatThrownBy(() -> new PortName(name)).as(name).hasMessageContaining("port name:");
        }
        assertThat(new PortName("a-1-").value()).isEqualTo("a-1-");
    }

    @Property(tries = 3000)
    void noTwoPortsShareAHostAndNoneHasASessions(@ForAll("ports") PortAddress a, @ForAll("ports") PortAddress b) {
        assertThat(a.hostLabel().equals(b.hostLabel())).isEqualTo(a.equals(b));
        assertThat(a.hostLabel()).isNotEqualTo(b.session().hostLabel());
        assertThat(a.hostLabel()).matches("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?").doesNotStartWith("xn--");
        assertThat(PortAddress.couldBe(a.host("localhost"))).isTrue();
        assertThat(PortAddress.couldBe(a.session().host("localhost"))).isFalse();
    }

    @Provide
    Arbitrary<PortAddress> ports() {
        Arbitrary<String> users = Arbitraries.oneOf(
                Arbitraries.strings().withChars("apx-1@ü").ofMinLength(1).ofMaxLength(4),
                Arbitraries.of("p", "x", "xn"));
        Arbitrary<String> servers = Arbitraries.oneOf(
                Arbitraries.strings().withChars("apx-1").ofMaxLength(3),
                Arbitraries.strings().withChars("ab").ofLength(20),
                Arbitraries.of("main", "", "a--b", "ports"));
        Arbitrary<String> names = Arbitraries.oneOf(
                Arbitraries.strings()
                        .withChars("apxn-1")
                        .ofMinLength(1)
                        .ofMaxLength(4)
                        .filter(name -> !name.startsWith("-")),
                Arbitraries.of("p", "x", "xn", "a--b", "main", "ports"));
        return Combinators.combine(users, servers, names).as(PortAddressTest::address);
    }

    private static PortAddress address(String user, String server, String name) {
        return new PortAddress(new SessionAddress(UserName.of(user), new ServerName(server)), new PortName(name));
    }
}
