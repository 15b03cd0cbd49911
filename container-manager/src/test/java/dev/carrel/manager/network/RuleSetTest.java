/* Copyright the Carrel authors. */
package dev.carrel.manager.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.manager.policy.NetworkPolicy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whether the rules are in place is read from what iptables lists, down to the order. */
class RuleSetTest {
    private static final NetworkPolicy POLICY = new NetworkPolicy(
            NetworkPolicy.Mode.REQUIRED, List.of("10.0.0.0/8"), List.of("10.1.2.3:5432", "10.2.0.0/16"));
    private final RuleSet rules = RuleSet.ipv4("abcdefgh", List.of("10.9.9.9"), POLICY.denied(), POLICY.allowed());

    private List<String> inPlace() {
        List<String> listing = new ArrayList<>(List.of("-P INPUT ACCEPT", "-N DOCKER-USER"));
        rules.chains().forEach(c -> listing.add("-N " + c.name()));
        rules.jumps().forEach(j -> listing.add(j.line()));
        listing.add("-A INPUT -i lo -j ACCEPT");
        listing.add("-A DOCKER-USER -j RETURN");
        rules.chains().forEach(c -> c.rules().forEach(r -> listing.add("-A " + c.name() + " " + r)));
        return listing;
    }

    @Test
    void linkLocalIsRejectedBeforeAnyExceptionAndExceptionsComeBeforeWhatIsDenied() {
        assertThat(rules.chains().get(1).rules())
                .containsExactly(
                        "-d 10.9.9.9/32 -p udp -m udp --dport 53 -j RETURN",
                        "-d 10.9.9.9/32 -p tcp -m tcp --dport 53 -j RETURN",
                        "-d 169.254.0.0/16 -j REJECT --reject-with icmp-port-unreachable",
                        "-o crlabcdefgh -j REJECT --reject-with icmp-port-unreachable",
                        "-d 10.1.2.3/32 -p tcp -m tcp --dport 5432 -j RETURN",
                        "-d 10.2.0.0/16 -j RETURN",
                        "-d 10.0.0.0/8 -j REJECT --reject-with icmp-port-unreachable");
    }

    @Test
    void whatIsListedInFullIsInPlace() {
        assertThat(rules.fault(inPlace())).isEmpty();
    }

    @Test
    void theJumpOfAnotherInstallationMayComeFirst() {
        List<String> listing = inPlace();
        listing.add(2, "-A INPUT -i crlzzzzzzzz -j crl-zzzzzzzz-host");

        assertThat(rules.fault(listing)).isEmpty();
    }

    @Test
    void aRuleOfSomebodyElseBeforeOursIsAFault() {
        List<String> listing = inPlace();
        listing.add(2, "-A INPUT -i crlabcdefgh -j ACCEPT");

        assertThat(rules.fault(listing)).hasValueSatisfying(f -> assertThat(f).contains("behind rules of others"));
    }

    @Test
    void aJumpThatLooksLikeOursButLeadsElsewhereIsAFault() {
        List<String> listing = inPlace();
        listing.add(2, "-A INPUT -i crlabcdefgh -j crl-zzzzzzzz-host");

        assertThat(rules.fault(listing)).isPresent();
    }

    @Test
    void everyMissingLineIsAFault() {
        List<String> listing = inPlace();
        for (String line : listing) {
            if (line.contains("crl-abcdefgh")) {
                List<String> without = new ArrayList<>(listing);
                without.remove(line);
                assertThat(rules.fault(without)).as(line).isPresent();
            }
        }
    }

    @Test
    void aDoubledJumpIsTakenOutByTheScriptThatPutsItFirst() {
        List<String> listing = inPlace();
        listing.add(rules.jumps().getFirst().line());

        assertThat(rules.fault(listing)).isPresent();
        assertThat(rules.script(listing).lines().filter(l -> l.startsWith("-D INPUT")))
                .hasSize(2);
        assertThat(rules.script(listing).lines().filter(l -> l.startsWith("-I INPUT 1 ")))
                .hasSize(1);
        assertThat(rules.script(listing))
                .startsWith("*filter\n:crl-abcdefgh-host - [0:0]\n")
                .endsWith("COMMIT\n");
    }

    @Test
    void nameServersAreReadAndThoseOfTheLoopbackLeftToDocker() {
        assertThat(
                        Firewall.parse(
                                "# nameserver 1.1.1.1\nnameserver 127.0.0.53\nsearch x\n nameserver  10.0.0.2 \nnameserver fd00::1\nnameserver 999.1.1.1\nnameserver 010.1.1.1\n"))
                .containsExactly("10.0.0.2");
    }
}
