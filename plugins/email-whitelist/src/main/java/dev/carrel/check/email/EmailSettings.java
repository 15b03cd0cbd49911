/* Copyright the Carrel authors. */
package dev.carrel.check.email;

import dev.carrel.plugin.Setting;
import java.time.Duration;
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
        String message,

        @Setting(
                text =
                        "Whether others may name a listed address and prove by a mail that it is theirs. Happens only while plugins provide a database and mail.",
                def = "true")
        boolean verification,

        @Setting(text = "How long the link in that mail can be used.", def = "1h", min = 60_000, max = 86_400_000)
        Duration linkLifetime,

        @Setting(
                text = "The most such mails within an hour for each person, and for each address.",
                def = "3",
                min = 1,
                max = 100)
        int mailsPerHour) {}
