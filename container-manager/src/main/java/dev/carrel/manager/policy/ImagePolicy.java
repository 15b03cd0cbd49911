/* Copyright the Carrel authors. */
package dev.carrel.manager.policy;

import dev.carrel.chassis.settings.Section;
import dev.carrel.chassis.settings.Setting;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Which images sessions and workers of functions may use. */
@Section(
        value = "images",
        text = "Which images sessions and workers of functions may use. Nothing that is not listed is ever started.")
public record ImagePolicy(
        @Setting(text = "The allowed images; an empty list allows none.")
        List<AllowedImage> allow) {
    /** Refuses two images of one name. */
    public ImagePolicy {
        allow = List.copyOf(allow);
        Set<String> names = new HashSet<>();
        for (AllowedImage image : allow) {
            if (!names.add(image.name())) {
                throw new IllegalArgumentException(
                        "allow: two images are named \"" + image.name() + "\" (expected: each name once)");
            }
        }
    }
}
