/* Copyright the Carrel authors. */
package dev.carrel.plugin;

import java.util.List;

/**
 * A section of one of Carrel's pages. Called whenever the page is drawn, at most 1 s; a section that is too slow or throws is left out of that page.
 */
public non-sealed interface UiSection extends Extension {
    /** Where sections stand. */
    enum Place {
        /** Below the form on the page for signing in: a button that leads to a way of its own. Nobody is known there yet. */
        SIGN_IN,
        /** Below a person's sessions. */
        HOME,
        /**
         * At the head of a session's own pages: where one is asked for, while it gets ready, and when it has ended or failed. What runs in a session has
         * an origin of its own, where there is no place for others.
         */
        SESSION,
        /** On everybody's account page, where settings are. */
        ACCOUNT,
        /** On the administrators' page. */
        ADMIN,
        /** On every page, these and all others. */
        EVERYWHERE
    }

    /** Where it stands. */
    Place place();

    /** Its heading: plain text. Asked only when there is something below it. */
    String title();

    /**
     * Its content: HTML that goes into the page as it is, so user text in it must be escaped. Scripts in it do not run (Content-Security-Policy);
     * forms may post to the plugin's own paths with the hidden field {@code _xsrf} of the viewer. Empty for nothing to be shown.
     */
    String html(Viewer viewer) throws Exception;

    /**
     * Scripts that the page runs once it has been read, served by this plugin's {@link RequestHandler}: paths below {@code /plugins/ID/}, such as
     * {@code hello.js}. They find {@code carrel.hasFeature("…")}.
     */
    default List<String> scripts() {
        return List.of();
    }

    /**
     * Who looks at the page.
     *
     * @param user empty for somebody who is not signed in
     * @param xsrf for the hidden field {@code _xsrf} of forms
     */
    record Viewer(String user, boolean administrator, String xsrf) {}
}
