/* Copyright the Carrel authors. */
package dev.carrel.plugin;

/**
 * A section of one of Carrel's pages. Called whenever the page is drawn, at most 1 s; a section that is too slow or throws is left out of that page.
 */
public non-sealed interface UiSection extends Extension {
    /** Where sections stand. */
    enum Place {
        /** On everybody's account page. */
        ACCOUNT,
        /** On the administrators' page. */
        ADMIN
    }

    /** Where it stands. */
    Place place();

    /** Its heading: plain text. */
    String title();

    /**
     * Its content: HTML that goes into the page as it is, so user text in it must be escaped. Scripts in it do not run (Content-Security-Policy);
     * forms may post to the plugin's own paths with the hidden field {@code _xsrf} of the viewer.
     */
    String html(Viewer viewer) throws Exception;

    /**
     * Who looks at the page.
     *
     * @param xsrf for the hidden field {@code _xsrf} of forms
     */
    record Viewer(String user, boolean administrator, String xsrf) {}
}
