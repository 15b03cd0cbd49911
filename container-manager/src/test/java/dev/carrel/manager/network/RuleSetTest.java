/* Copyright the Carrel authors. */
package dev.carrel.manager.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.manager.policy.NetworkPolicy;
import dev.carrel.protocol.name.InstallId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Whether the rules are in place is read from what iptables lists, down to the order. */
class RuleSetTest {
    private static final NetworkPolicy POLICY = new NetworkPolicy(
            NetworkPolicy.Mode.REQUIRED, List.of("10.0.0.0/8"), List.of("10.1.2.3:5432", "10.2.0.0/16"));
    private static final InstallId INSTALL = new InstallId("abcdefgh");
    private final RuleSet rules = RuleSet.ipv4(
            Zone.sessions(INSTALL, 8007),
            Optional.of(new Door("172.19.0.1", 8007)),
            List.of("10.9.9.9"),
            POLICY.denied(),
            POLICY.allowed());
    private final RuleSet ofWorkers = RuleSet.ipv4(
            Zone.workers(INSTALL, 8007),
            Optional.of(new Door("172.20.0.1", 8007)),
            List.of("10.9.9.9"),
            POLICY.denied(),
            POLICY.allowed());

    private List<String> inPlace() {
        return inPlace(rules);
    }

    private static List<String> inPlace(RuleSet rules) {
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
    void onePortOfOneAddressOfThisHostIsOpenToSessionsAndOneToWorkers() {
        String answers = "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT";
        String rest = "-j REJECT --reject-with icmp-port-unreachable";

        assertThat(rules.chains().getFirst())
                .isEqualTo(new RuleSet.Chain(
                        "crl-abcdefgh-host",
                        List.of(answers, "-d 172.19.0.1/32 -p tcp -m tcp --dport 8007 -j ACCEPT", rest)));
        assertThat(ofWorkers.chains().getFirst())
                .isEqualTo(new RuleSet.Chain(
                        "crl-abcdefgh-workers-host",
                        List.of(answers, "-d 172.20.0.1/32 -p tcp -m tcp --dport 8007 -j ACCEPT", rest)));
    }

    @Test
    void workersReachElsewhereWhatSessionsReach() {
        assertThat(ofWorkers.chains().get(1).rules())
                .isEqualTo(rules.chains().get(1).rules().stream()
                        .map(r -> r.replace("crlabcdefgh", "crwabcdefgh"))
                        .toList());
        assertThat(ofWorkers.jumps())
                .extracting(RuleSet.Jump::line)
                .containsExactly(
                        "-A INPUT -i crwabcdefgh -j crl-abcdefgh-workers-host",
                        "-A DOCKER-USER -i crwabcdefgh -j crl-abcdefgh-workers-out",
                        "-A DOCKER-USER -o crwabcdefgh -j crl-abcdefgh-workers-in");
    }

    @Test
    void namesAreNoLongerThanTheKernelAllowsAndTheZonesShareNone() {
        List<String> sessions = names(rules, Zone.sessions(INSTALL, 8007));
        List<String> workers = names(ofWorkers, Zone.workers(INSTALL, 8007));

        assertThat(sessions).doesNotContainAnyElementsOf(workers);
        assertThat(List.of(
                        Zone.sessions(INSTALL, 8007).bridge(),
                        Zone.workers(INSTALL, 1).bridge()))
                .allSatisfy(bridge -> assertThat(bridge).hasSizeLessThanOrEqualTo(15));
        assertThat(ofWorkers.chains())
                .allSatisfy(chain -> assertThat(chain.name()).hasSizeLessThanOrEqualTo(28));
    }

    private static List<String> names(RuleSet rules, Zone zone) {
        List<String> names = new ArrayList<>(List.of(zone.name(), zone.bridge()));
        rules.chains().forEach(c -> names.add(c.name()));
        return names;
    }

    @Test
    void whatIsListedInFullIsInPlace() {
        assertThat(rules.fault(inPlace())).isEmpty();
        assertThat(ofWorkers.fault(inPlace(ofWorkers))).isEmpty();
    }

    @Test
    void theJumpsOfTheOtherZoneMayComeFirst() {
        List<String> sessions = inPlace();
        sessions.addAll(2, ofWorkers.jumps().stream().map(RuleSet.Jump::line).toList());
        List<String> workers = inPlace(ofWorkers);
        workers.addAll(2, rules.jumps().stream().map(RuleSet.Jump::line).toList());

        assertThat(rules.fault(sessions)).isEmpty();
        assertThat(ofWorkers.fault(workers)).isEmpty();
    }

    @Test
    void aJumpFromTheBridgeOfSessionsToTheChainsOfWorkersIsAFault() {
        List<String> listing = inPlace();
        listing.add(2, "-A INPUT -i crlabcdefgh -j crl-abcdefgh-workers-host");

        assertThat(rules.fault(listing)).hasValueSatisfying(f -> assertThat(f).contains("behind rules of others"));
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
