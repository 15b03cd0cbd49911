/* Copyright the Carrel authors. */
package dev.carrel.protocol.name;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class SessionAddressTest {
    @Test
    void plainNamesGiveReadableHosts() {
        assertThat(address("alice", "").host("localhost")).isEqualTo("alice--main.localhost");
        assertThat(address("alice", "lab2").host("example.org")).isEqualTo("alice--lab2.example.org");
    }

    @Test
    void namesThatCouldBeMistakenForOthersAreHashed() {
        assertThat(address("alice", "main").hostLabel()).startsWith("x--").hasSize(29);
        assertThat(address("x", "").hostLabel()).startsWith("x--").hasSize(29);
        assertThat(address("a-b", "").hostLabel()).startsWith("x--");
        assertThat(address("jürgen@example.org", "").hostLabel()).startsWith("x--");
    }

    @Test
    void noHostBeginsAsNamesOfOtherScriptsDoWhichBrowsersWouldRefuse() {
        assertThat(address("xn", "").hostLabel()).startsWith("x--").hasSize(29);
        assertThat(address("xn", "lab").hostLabel()).startsWith("x--").hasSize(29);
        assertThat(address("xn--a", "").hostLabel()).startsWith("x--").hasSize(29);
        assertThat(address("xn1", "").hostLabel()).isEqualTo("xn1--main");
        assertThat(address("alice", "xn").hostLabel()).isEqualTo("alice--xn");
    }

    @Test
    void basePathsArePercentEncodedAsJupyterHubDoes() {
        assertThat(address("alice", "").basePath()).isEqualTo("/user/alice/");
        assertThat(address("alice", "lab").basePath()).isEqualTo("/user/alice/lab/");
        assertThat(address("jürgen@x+y.org", "").basePath()).isEqualTo("/user/j%C3%BCrgen@x%2By.org/");
    }

    @Property(tries = 3000)
    void noTwoSessionsShareAHostOrABasePath(
            @ForAll("addresses") SessionAddress a, @ForAll("addresses") SessionAddress b) {
        assertThat(a.hostLabel().equals(b.hostLabel())).isEqualTo(a.equals(b));
        assertThat(a.hostLabel()).matches("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?").doesNotStartWith("xn--");
        if (a.user().equals(b.user())) {
            assertThat(a.basePath().equals(b.basePath())).isEqualTo(a.equals(b));
        }
    }

    @Provide
    Arbitrary<SessionAddress> addresses() {
        Arbitrary<String> users = Arbitraries.strings()
                .withChars("anx-1@.ü")
                .ofMinLength(1)
                .ofMaxLength(4)
                .filter(n -> !n.equals(".") && !n.equals(".."));
        Arbitrary<String> servers = Arbitraries.oneOf(
                Arbitraries.strings().withChars("ax-1").ofMaxLength(3), Arbitraries.of("main", "", "a--b"));
        return Combinators.combine(users, servers).as(SessionAddressTest::address);
    }

    private static SessionAddress address(String user, String server) {
        return new SessionAddress(UserName.of(user), new ServerName(server));
    }
}
