/* Copyright the Carrel authors. */
package dev.carrel.auth.local;

import dev.carrel.plugin.Setting;

/** {@code etc/plugins/auth-local.properties}. */
public record LocalSettings(
        @Setting(text = "The fewest characters of a new password.", def = "10", min = 8, max = 128)
        int minLength,

        @Setting(
                text = "Passwords that are checked at once; each takes hash-memory for a moment.",
                def = "2",
                min = 1,
                max = 64)
        int hashesAtOnce,

        @Setting(
                text = "MiB of memory that one hash (Argon2id, two passes) takes; the more, the dearer is guessing.",
                def = "19",
                min = 19,
                max = 1024)
        int hashMemory) {}
