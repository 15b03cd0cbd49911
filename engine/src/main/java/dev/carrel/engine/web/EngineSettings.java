/* Copyright the Carrel authors. */
package dev.carrel.engine.web;

import dev.carrel.chassis.settings.Section;
import dev.carrel.chassis.settings.Setting;
import dev.carrel.http.transport.TransportSettings;

/** How the engine serves. */
@Section(value = "engine", text = "How the engine serves.")
public record EngineSettings(
        @Setting(
                text =
                        "For how many microseconds after each event its loops, and the broker of functions' workers, look for the next one before they sleep,"
                                + " which makes calls faster and costs processor time that nobody else wants. 0: never.",
                def = "50",
                min = 0,
                max = 1000)
        int busyPoll) {
    TransportSettings transport() {
        TransportSettings usual = TransportSettings.defaults();
        return new TransportSettings(usual.kind(), usual.workers(), usual.backlog(), busyPoll);
    }
}
