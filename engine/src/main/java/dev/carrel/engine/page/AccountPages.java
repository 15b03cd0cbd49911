/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import dev.carrel.engine.signin.Accounts;
import dev.carrel.engine.signin.Passwords;
import dev.carrel.engine.signin.Refusal;
import dev.carrel.http.server.Parameters;
import dev.carrel.http.server.Request;
import dev.carrel.http.server.Response;
import dev.carrel.ui.AccountPage;
import dev.carrel.ui.Notice;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One's own account. */
final class AccountPages {
    private final Accounts accounts;
    private final Passwords passwords;
    private final Screen screen;

    @Inject
    AccountPages(Accounts accounts, Passwords passwords, Screen screen) {
        this.accounts = accounts;
        this.passwords = passwords;
        this.screen = screen;
    }

    Response account(Visitor visitor) {
        return show(200, visitor, null);
    }

    /** Changes the password of whoever knows the present one; this browser stays signed in. */
    Response changePassword(Request request, Visitor visitor) throws IOException {
        Parameters form = request.body().form();
        String password = form.first("password").orElse("");
        if (!password.equals(form.first("repeated").orElse(""))) {
            return show(400, visitor, Notice.refused("The two new passwords differ."));
        }
        try {
            if (!accounts.passwordIs(visitor.user(), form.first("current").orElse(""))) {
                return show(403, visitor, Notice.refused("The present password is wrong."));
            }
            accounts.password(visitor.user(), password, Optional.of(visitor.loginId()), visitor.caller());
        } catch (Refusal refusal) {
            return Refusals.patient(show(Refusals.status(refusal), visitor, Notice.refused(refusal.text())), refusal);
        }
        return show(200, visitor, Notice.done("Your password is changed."));
    }

    private Response show(int status, Visitor visitor, @Nullable Notice notice) {
        return screen.show(
                status, new AccountPage(visitor.frame(), passwords.minLength().orElse(0), notice));
    }
}
