/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

import dev.carrel.chassis.settings.Section;
import dev.carrel.chassis.settings.Setting;
import java.time.Duration;

/** How people sign in and how long they stay. */
@Section(
        value = "signin",
        text = "How people sign in and how long they stay signed in.",
        moved = {
            "password-min-length: min-length in etc/plugins/auth-local.properties",
            "hashes-at-once: hashes-at-once in etc/plugins/auth-local.properties",
            "hash-memory: hash-memory in etc/plugins/auth-local.properties"
        })
public record SigninSettings(
        @Setting(text = "A sign-in ends after so long without a request.", def = "12h", min = 60_000)
        Duration idle,

        @Setting(
                text = "A sign-in ends after so long however busy it is.",
                def = "30d",
                min = 60_000,
                max = 2_592_000_000L)
        Duration lifetime,

        @Setting(text = "Failed sign-ins of one account before it has to wait.", def = "5", min = 1, max = 1000)
        int attemptsPerAccount,

        @Setting(
                text = "Failed sign-ins from one address (of IPv6 its /64) before it has to wait.",
                def = "30",
                min = 1,
                max = 100_000)
        int attemptsPerAddress,

        @Setting(text = "The first wait; each further failure doubles it.", def = "5s", min = 1000)
        Duration firstWait,

        @Setting(text = "The longest wait.", def = "15m", min = 1000)
        Duration longestWait,

        @Setting(text = "How long a one-time invitation can be used.", def = "1d", min = 60_000)
        Duration invitation,

        @Setting(
                text = "Whether people whom a plugin identifies get an account at their first sign-in. "
                        + "If not, an administrator makes it and links the two.",
                def = "true")
        boolean createAccounts,

        @Setting(
                text =
                        "Ids of plugins, separated by commas, without whose check nobody is signed in: while one of them does not run, all are refused.",
                def = "")
        String requiredChecks) {}
