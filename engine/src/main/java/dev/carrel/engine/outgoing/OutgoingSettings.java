/* Copyright the Carrel authors. */
package dev.carrel.engine.outgoing;

import dev.carrel.chassis.settings.Section;
import dev.carrel.chassis.settings.Setting;
import dev.carrel.http.outgoing.AddressRange;
import dev.carrel.http.outgoing.AddressRules;
import java.util.List;
import java.util.function.Consumer;

/** Requests to addresses that users choose. */
@Section(
        value = "outgoing",
        text = "Requests to addresses that users choose, as the callbacks of asynchronous calls: which may be asked.")
public record OutgoingSettings(
        @Setting(
                text =
                        "Addresses that may be asked beside those of the public internet: ranges as 10.1.0.0/16. Without any, private, local, special ones and those of this machine may not.",
                def = "[]")
        List<String> allowedAddresses,

        @Setting(text = "Ports that may be asked, or ranges of them as 8000-8999.", def = "[80, 443, 8080, 8443]")
        List<String> ports) {
    /** Refuses what is no range. */
    public OutgoingSettings {
        allowedAddresses = List.copyOf(allowedAddresses);
        ports = List.copyOf(ports);
        check("allowed-addresses", allowedAddresses, AddressRange::parse);
        check("ports", ports, AddressRules.PortRange::parse);
    }

    private static void check(String name, List<String> values, Consumer<String> parse) {
        for (String value : values) {
            try {
                parse.accept(value);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
            }
        }
    }

    /** As rules. */
    public AddressRules rules() {
        return new AddressRules(
                allowedAddresses.stream().map(AddressRange::parse).toList(),
                ports.stream().map(AddressRules.PortRange::parse).toList());
    }
}
