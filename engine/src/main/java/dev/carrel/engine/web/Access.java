/* Copyright the Carrel authors. */
package dev.carrel.engine.web;

/** Who may use a route. Every route has one; the inventory of routes is tested against a matrix of callers. */
public sealed interface Access {
    /** Anybody. */
    record Open() implements Access {}

    /** A page for whoever is signed in by cookie; others are led to the sign-in page. */
    record SignedIn() implements Access {}

    /** A page for administrators signed in by cookie. */
    record Administrator() implements Access {}

    /** The REST API for any known caller; the handler asks for the rights it needs by {@link Callers#require}. */
    record Api() implements Access {}

    /**
     * A call of a function: anybody, from any site; the handler decides by the token, if there is one. Cookies are not looked at, so no page of elsewhere can use a
     * person's sign-in, and none are set.
     */
    record Call() implements Access {}

    /** Anybody. */
    Access OPEN = new Open();

    /** Signed in. */
    Access SIGNED_IN = new SignedIn();

    /** Administrators. */
    Access ADMINISTRATOR = new Administrator();

    /** Callers of the REST API. */
    Access API = new Api();

    /** Callers of functions. */
    Access CALL = new Call();
}
