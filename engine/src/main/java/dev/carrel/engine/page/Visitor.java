package dev.carrel.engine.page;

import dev.carrel.protocol.name.UserName;
import dev.carrel.ui.Frame;

/**
 * Who looks at a page.
 *
 * @param loginId public id of the sign-in
 * @param xsrf for the forms of the page
 */
record Visitor(UserName user, boolean admin, String loginId, String xsrf) {
    Frame frame() {
        return new Frame(user.value(), admin, xsrf);
    }
}
