/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import dev.carrel.chassis.settings.SettingsReference;
import dev.carrel.manager.policy.PolicyFile;

/** The page docs/settings.md. */
final class SettingsPage {
    private SettingsPage() {}

    static String text() {
        return """
                # Settings

                *Generated from the program by `carrel settings --reference`; a test keeps it true.*

                Settings stand in `etc/carrel.yaml` of the data folder. Every key has a default. An unknown key stops the start with its line and the nearest
                known key; all faults come in one report. The environment variable `CARREL_SECTION_KEY` (`CARREL_SITE_PORT`) overrides the file. `carrel settings`
                prints what is in force, secrets masked. Times are written `500ms`, `30s`, `10m`, `12h`, `7d`; sizes `512MiB`, `2GiB`.
                """
                + SettingsReference.markdown(SettingsCommand.sections())
                + """

                # The manager's policy

                `etc/manager-policy.yaml` of the data folder decides what the container-manager may start. Only the manager reads it; no message can change it.
                """
                + SettingsReference.markdown(PolicyFile.SECTIONS);
    }
}
