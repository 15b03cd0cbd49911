/* Copyright the Carrel authors. */
package dev.carrel.auth.zero;

import dev.carrel.plugin.Setting;

/** {@code etc/plugins/auth-zero.properties}. */
public record ZeroSettings(
        @Setting(
                text =
                        "Start although people from elsewhere reach the site: whoever does may sign in under any free name.",
                def = "false")
        boolean allowAnywhere,

        @Setting(text = "What stands on the button.", def = "Sign in without a password")
        String label) {}
