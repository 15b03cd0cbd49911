/* Copyright the Carrel authors. */
package dev.carrel.auth.zero;

import dev.carrel.plugin.Authenticator;
import dev.carrel.plugin.Identity;
import dev.carrel.plugin.SignInOutcome;
import dev.carrel.plugin.SignInRequest;
import java.text.Normalizer;
import java.util.List;
import java.util.Locale;

/** A form with one field. */
record ZeroAuthenticator(String label) implements Authenticator {
    private static final int MAX_NAME = 100;
    /** The form needs no memory; that there is a state tells that this browser has seen the form. */
    private static final String SEEN = "form";

    @Override
    public List<Button> buttons() {
        return List.of(new Button(label, "/"));
    }

    @Override
    public SignInOutcome handle(SignInRequest request) {
        if (!request.path().equals("/")) {
            return new SignInOutcome.Refused("There is nothing at this address.");
        }
        if (!request.method().equals("POST")) {
            return form(request, "");
        }
        String name = normal(request.form("user_id").orElse(""));
        if (name.isEmpty() || name.length() > MAX_NAME) {
            return form(request, "Type a name of 1 to " + MAX_NAME + " characters.");
        }
        return new SignInOutcome.Identified(Identity.named(name));
    }

    /** As Carrel normalises names: Ada and ada are one person. */
    private static String normal(String typed) {
        return typed.length() > MAX_NAME
                ? typed
                : Normalizer.normalize(typed.strip(), Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
    }

    private static SignInOutcome form(SignInRequest request, String message) {
        String refused = message.isEmpty() ? "" : "<p class=\"notice bad\" role=\"alert\">" + message + "</p>";
        String html = refused + "<form method=\"post\" action=\""
                + escaped(request.base().getRawPath())
                + "/\" class=\"stack\"><input type=\"hidden\" name=\"_xsrf\" value=\"" + escaped(request.xsrf())
                + "\"><label for=\"user_id\">Your name</label><input id=\"user_id\" name=\"user_id\" maxlength=\""
                + MAX_NAME
                + "\" autocomplete=\"username\" autocapitalize=\"none\" spellcheck=\"false\" required autofocus>"
                + "<button type=\"submit\" class=\"primary wide\">Sign in</button></form>";
        return new SignInOutcome.Page("Who are you?", html, SEEN);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("\"", "&quot;")
                .replace("<", "&lt;")
                .replace(">", "&gt;");
    }
}
