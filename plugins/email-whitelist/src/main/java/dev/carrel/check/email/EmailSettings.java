/* Copyright the Carrel authors. */
package dev.carrel.check.email;

import dev.carrel.plugin.Setting;
import java.util.List;

/** {@code etc/plugins/email-whitelist.properties}. */
public record EmailSettings(
        @Setting(
                text = "Domains and addresses that may sign in, separated by commas: julia.org lets in x@julia.org, "
                        + ".julia.org lets in x@lab.julia.org and deeper, x@julia.org is one person.",
                required = true)
        List<String> allowed,

        @Setting(
                text =
                        "Whether administrators of this site may always sign in; otherwise a wrong list keeps you out, too.",
                def = "true")
        boolean administrators,

        @Setting(
                text =
                        "Whether people may sign in of whom no address is known: those with a password whose user name is no address.",
                def = "false")
        boolean withoutEmail,

        @Setting(
                text =
                        "Whether an address counts although nobody vouches that it is theirs. Whoever can choose an address freely is in.",
                def = "false")
        boolean unverified,

        @Setting(
                text = "What others are told.",
                def = "Your e-mail address is not among those that may use this site. Ask its administrator.")
        String message) {}
