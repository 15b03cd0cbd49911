/* Copyright the Carrel authors. */
package dev.carrel.check.redirect;

import dev.carrel.plugin.Setting;

/** {@code etc/plugins/site-redirect.properties}. */
public record RedirectSettings(
        @Setting(text = "Where they are led: http:// or https://.", required = true)
        String url,

        @Setting(text = "Who is led there: new (whoever has never signed in here) or all.", def = "new")
        Users users,

        @Setting(
                text = "What they read for ten seconds before; empty to go at once.",
                def = "This site takes no new people. You are led to its successor.")
        String message,

        @Setting(text = "Whether administrators of this site sign in as ever.", def = "true")
        boolean administratorsStay) {
    /** Whom it is about. */
    public enum Users {
        /** Who has never signed in. */
        NEW,
        /** Everybody. */
        ALL
    }
}
