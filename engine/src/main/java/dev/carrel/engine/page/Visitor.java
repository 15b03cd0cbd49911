/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import dev.carrel.engine.signin.Caller;
import dev.carrel.engine.signin.Rights;
import dev.carrel.engine.signin.SignIn;
import dev.carrel.protocol.name.UserName;
import dev.carrel.ui.Frame;

/**
 * A signed-in person who looks at a page.
 *
 * @param present who, by which sign-in
 * @param xsrf for the forms of the page
 * @param caller for changes they ask for
 */
record Visitor(SignIn.Present present, String xsrf, Caller caller) {
    UserName user() {
        return present.user().name();
    }

    String loginId() {
        return present.login().id();
    }

    Rights rights() {
        return Rights.of(present.user());
    }

    Frame frame() {
        return new Frame(user().value(), present.user().admin(), xsrf);
    }
}
