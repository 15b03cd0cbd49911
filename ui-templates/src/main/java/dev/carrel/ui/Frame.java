/* Copyright the Carrel authors. */
package dev.carrel.ui;

/**
 * What stands around every page.
 *
 * @param user who is signed in; empty for nobody
 * @param admin whether that person sees the administration
 * @param xsrf value of the hidden field {@code _xsrf} of every form of the page
 */
public record Frame(String user, boolean admin, String xsrf) {
    /** A page for somebody who is not signed in. */
    public static Frame anonymous(String xsrf) {
        return new Frame("", false, xsrf);
    }
}
