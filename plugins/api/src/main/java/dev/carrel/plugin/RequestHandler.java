/* Copyright the Carrel authors. */
package dev.carrel.plugin;

/**
 * Answers requests to {@code /plugins/ID/…}. Called for every such request, many at once, at most 30 s each. Requests other than GET and HEAD of a
 * browser have passed the check against cross-site requests before.
 */
public non-sealed interface RequestHandler extends Extension {
    /** Who may ask. */
    enum Access {
        /** Anybody, signed in or not. */
        OPEN,
        /** Whoever is signed in or has an API token. */
        SIGNED_IN,
        /** Administrators. */
        ADMINISTRATOR
    }

    /** Who may ask; everybody else is answered by Carrel. */
    default Access access() {
        return Access.SIGNED_IN;
    }

    /**
     * Answers one request.
     *
     * @throws Exception answered with 500 and logged
     */
    PluginResponse handle(PluginRequest request) throws Exception;
}
