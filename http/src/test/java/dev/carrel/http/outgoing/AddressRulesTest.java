/* Copyright the Carrel authors. */
package dev.carrel.http.outgoing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.carrel.http.outgoing.AddressRules.PortRange;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which addresses are of the public internet. */
class AddressRulesTest {
    private static final AddressRules PUBLIC =
            new AddressRules(List.of(), List.of(new PortRange(80, 80), new PortRange(8000, 8002)));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "0.1.2.3",
                "10.0.0.1",
                "10.255.255.255",
                "100.64.0.1",
                "100.127.255.255",
                "127.0.0.1",
                "127.8.9.10",
                "169.254.0.1",
                "169.254.169.254",
                "172.16.0.1",
                "172.31.255.255",
                "192.0.0.1",
                "192.0.0.170",
                "192.0.2.1",
                "192.88.99.1",
                "192.168.0.1",
                "192.168.255.255",
                "198.18.0.1",
                "198.19.255.255",
                "198.51.100.1",
                "203.0.113.1",
                "224.0.0.1",
                "239.255.255.255",
                "240.0.0.1",
                "255.255.255.255",
                "::",
                "::1",
                "::127.0.0.1",
                "::ffff:127.0.0.1",
                "::ffff:10.0.0.1",
                "::ffff:169.254.169.254",
                "::ffff:0:127.0.0.1",
                "64:ff9b::7f00:1",
                "64:ff9b::169.254.169.254",
                "64:ff9b:1::1",
                "100::1",
                "2001::1",
                "2001:0:7f00:1::",
                "2001:db8::1",
                "2002:7f00:1::",
                "2002:a9fe:a9fe::1",
                "3fff::1",
                "5f00::1",
                "fc00::1",
                "fd00:ec2::254",
                "fd12:3456::1",
                "fe80::1",
                "febf::1",
                "fec0::1",
                "ff02::1",
                "ff0e::1"
            })
    void privateAndSpecialAddressesAreNot(String address) {
        assertThat(PUBLIC.addressAllowed(InetAddress.ofLiteral(address))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
                "128.0.0.0", "169.253.255.255", "172.15.255.255", "172.32.0.0", "192.167.255.255", "223.255.255.255",
                "2606:4700:4700::1111", "2a00:1450:4001:800::200e", "::ffff:1.1.1.1"
            })
    void publicOnesAre(String address) {
        assertThat(PUBLIC.addressAllowed(InetAddress.ofLiteral(address))).isTrue();
    }

    @Test
    void noneOfThisMachinesIs() throws Exception {
        assertThat(NetworkInterface.networkInterfaces()
                        .flatMap(NetworkInterface::inetAddresses)
                        .toList())
                .isNotEmpty()
                .noneMatch(PUBLIC::addressAllowed);
    }

    @Test
    void theOperatorAllowsRanges() {
        AddressRules rules =
                new AddressRules(List.of(AddressRange.parse("10.1.0.0/15"), AddressRange.parse("fd00::1")), List.of());

        assertThat(rules.addressAllowed(InetAddress.ofLiteral("10.1.2.3"))).isTrue();
        assertThat(rules.addressAllowed(InetAddress.ofLiteral("10.0.0.1"))).isTrue();
        assertThat(rules.addressAllowed(InetAddress.ofLiteral("10.2.0.0"))).isFalse();
        assertThat(rules.addressAllowed(InetAddress.ofLiteral("::ffff:10.1.2.3")))
                .isTrue();
        assertThat(rules.addressAllowed(InetAddress.ofLiteral("fd00::1"))).isTrue();
        assertThat(rules.addressAllowed(InetAddress.ofLiteral("fd00::2"))).isFalse();
    }

    @Test
    void portsAreThoseThatAreNamed() {
        assertThat(PUBLIC.portAllowed(80)).isTrue();
        assertThat(PUBLIC.portAllowed(8001)).isTrue();
        assertThat(PUBLIC.portAllowed(8003)).isFalse();
        assertThat(PUBLIC.portAllowed(25)).isFalse();
        assertThat(PortRange.parse("8000-8002")).isEqualTo(new PortRange(8000, 8002));
        assertThat(List.of("0", "65536", "9-8", "x", "", "1-2-3"))
                .allSatisfy(text -> assertThatIllegalArgumentException()
                        .isThrownBy(() -> PortRange.parse(text))
                        .withMessageContaining("expected"));
        assertThat(List.of(
                        "",
                        "x",
                        "10.0.0.0/33",
                        "10.1/16",
                        "10.1",
                        "0.0.0.0/0",
                        "::/0",
                        "10.0.0.0/-1",
                        "::/129",
                        "10.0.0.0/x"))
                .allSatisfy(text -> assertThatIllegalArgumentException()
                        .isThrownBy(() -> AddressRange.parse(text))
                        .withMessageContaining("expected"));
    }
}
