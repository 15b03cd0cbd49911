/* Copyright the Carrel authors. */
package dev.carrel.chassis.settings;

import java.util.List;

/** Every fault of the settings in one report; the process must not start with them. */
public final class SettingsException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final transient List<String> faults;

    SettingsException(List<String> faults) {
        super(
                faults.size() == 1
                        ? "1 fault in the settings:\n  " + faults.getFirst()
                        : faults.size() + " faults in the settings:\n  " + String.join("\n  ", faults));
        this.faults = List.copyOf(faults);
    }

    /** One line each. */
    public List<String> faults() {
        return faults;
    }
}
