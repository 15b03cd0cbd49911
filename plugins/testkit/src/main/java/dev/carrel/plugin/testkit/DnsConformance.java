/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.carrel.plugin.Dns;
import dev.carrel.plugin.Dns.Change;
import dev.carrel.plugin.Dns.Entry;
import dev.carrel.plugin.Dns.Kind;
import dev.carrel.plugin.PluginException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A {@link Dns}: names lead where they were put last, and every call may be repeated. */
@Timeout(300)
public abstract class DnsConformance {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private Dns dns = new FakeDns();

    /** For subclasses. */
    protected DnsConformance() {}

    /** The subject: a zone without entries of machines, made for one test. */
    protected abstract Dns dns();

    /** How long a change may take until every server of the service has it. */
    protected Duration syncsWithin() {
        return Duration.ofMinutes(2);
    }

    @BeforeEach
    final void open() {
        dns = dns();
    }

    private String name(String first) {
        return first + "." + dns.domain();
    }

    private Entry address(String first, String... values) {
        return new Entry(name(first), Kind.A, List.of(values), MINUTE);
    }

    private void synced(Change change) {
        long end = System.nanoTime() + syncsWithin().toNanos();
        while (!dns.synced(change)) {
            assertThat(System.nanoTime()).as("%s is synced in time", change).isLessThan(end);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    @Test
    void aNameLeadsWhereItWasPut() {
        Entry machine = new Entry(name("m1"), Kind.A, List.of("192.0.2.1"), Duration.ofMinutes(5));
        Entry alias = new Entry(name("door"), Kind.CNAME, List.of("m1.elsewhere.example.net"), MINUTE);
        synced(dns.put(machine));
        synced(dns.put(alias));

        assertThat(dns.find(name("m1"), Kind.A)).contains(machine);
        assertThat(dns.find(name("door"), Kind.CNAME)).contains(alias);
        assertThat(dns.find(name("m1"), Kind.CNAME)).isEmpty();
        assertThat(dns.find(name("m2"), Kind.A)).isEmpty();
    }

    @Test
    void severalAddressesOfOneName() {
        dns.put(address("m", "192.0.2.1", "192.0.2.2", "192.0.2.3"));
        assertThat(dns.find(name("m"), Kind.A).orElseThrow().values())
                .containsExactlyInAnyOrder("192.0.2.1", "192.0.2.2", "192.0.2.3");
    }

    @Test
    void puttingAgainReplaces() {
        dns.put(address("m", "192.0.2.1", "192.0.2.2"));
        dns.put(address("m", "192.0.2.3"));
        dns.put(address("m", "192.0.2.3"));
        assertThat(dns.find(name("m"), Kind.A)).contains(address("m", "192.0.2.3"));
    }

    @Test
    void deletingMayBeRepeated() {
        dns.put(address("m", "192.0.2.1"));
        dns.put(address("n", "192.0.2.2"));
        synced(dns.delete(name("m"), Kind.A));
        synced(dns.delete(name("m"), Kind.A));
        synced(dns.delete(name("never"), Kind.CNAME));
        assertThat(dns.find(name("m"), Kind.A)).isEmpty();
        assertThat(dns.find(name("n"), Kind.A)).isPresent();
    }

    @Test
    void deletingOneKindLeavesTheOther() {
        dns.put(address("m", "192.0.2.1"));
        dns.delete(name("m"), Kind.CNAME);
        assertThat(dns.find(name("m"), Kind.A)).isPresent();
    }

    @Test
    void aNameOfAnotherKindIsLeftAlone() {
        dns.put(address("m", "192.0.2.1"));
        PluginException failure = catchThrowableOfType(
                PluginException.class,
                () -> dns.put(new Entry(name("m"), Kind.CNAME, List.of("x.example.net"), MINUTE)));

        assertThat(failure).isNotNull();
        assertThat(failure.code()).isEqualTo(Dns.FOREIGN);
        assertThat(failure.retryable()).isFalse();
        assertThat(failure.getMessage()).contains(name("m"));
        assertThat(dns.find(name("m"), Kind.A)).contains(address("m", "192.0.2.1"));
    }

    @Test
    void afterADeletionTheOtherKindMayTakeTheName() {
        dns.put(address("m", "192.0.2.1"));
        dns.delete(name("m"), Kind.A);
        Entry alias = new Entry(name("m"), Kind.CNAME, List.of("x.example.net"), MINUTE);
        dns.put(alias);
        assertThat(dns.find(name("m"), Kind.CNAME)).contains(alias);
    }

    @Test
    void namesOutsideTheZoneAreRefused() {
        for (String name : List.of("m.elsewhere.example.net", "x" + dns.domain(), dns.domain())) {
            assertThatThrownBy(() -> dns.put(new Entry(name, Kind.A, List.of("192.0.2.1"), MINUTE)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(name);
            assertThatThrownBy(() -> dns.delete(name, Kind.A)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aChangeThatIsForgottenIsDone() {
        Change change = dns.put(address("m", "192.0.2.1"));
        synced(change);
        assertThat(dns.synced(change)).isTrue();
        assertThat(dns.synced(new Change("of-another-year"))).isTrue();
    }

    @Test
    void itHasANameAndAZone() {
        assertThat(dns.name()).isNotBlank();
        assertThat(dns.domain()).matches("[a-z0-9-]+(\\.[a-z0-9-]+)*");
    }
}
