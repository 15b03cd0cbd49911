/* Copyright the Carrel authors. */
package dev.carrel.manager.policy;

import dev.carrel.chassis.settings.Section;
import dev.carrel.chassis.settings.Setting;
import java.util.List;

/** What sessions and workers of functions may reach. */
@Section(
        value = "network",
        text =
                "What sessions and workers of functions may reach. Never, whatever stands here: a port of this machine, another session or worker, "
                        + "169.254.0.0/16. (They do reach one port: workers that of their broker, sessions that of the engine's desk.)")
public record NetworkPolicy(
        @Setting(
                text =
                        "`required`: no session and no worker starts unless the rules of this section are in the host's firewall. `off`: they can "
                                + "reach this machine's ports and its networks; only for trying things out without root.",
                def = "required")
        Mode firewall,

        @Setting(
                text = "Networks that they cannot reach.",
                def =
                        "[10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10, 198.18.0.0/15, 224.0.0.0/4, 240.0.0.0/4]")
        List<String> deny,

        @Setting(
                text =
                        "Exceptions from `deny`: an address or network, perhaps with a TCP port, as `10.1.2.3:5432`. The name servers of "
                                + "/etc/resolv.conf are reachable at port 53 without being listed.")
        List<String> allow) {

    /** Whether the firewall is a condition. */
    public enum Mode {
        /** No session without it. */
        REQUIRED,
        /** Not touched. */
        OFF
    }

    /** Refuses what is no destination. */
    public NetworkPolicy {
        deny = List.copyOf(deny);
        allow = List.copyOf(allow);
        for (String text : deny) {
            if (Destination.parse("deny", text).port() != 0) {
                throw new IllegalArgumentException("deny: \"" + text + "\" (expected: a network without a port)");
            }
        }
        for (String text : allow) {
            Destination.parse("allow", text);
        }
    }

    /** {@link #deny} as destinations. */
    public List<Destination> denied() {
        return deny.stream().map(t -> Destination.parse("deny", t)).toList();
    }

    /** {@link #allow} as destinations. */
    public List<Destination> allowed() {
        return allow.stream().map(t -> Destination.parse("allow", t)).toList();
    }
}
