/* Copyright the Carrel authors. */
package dev.carrel.check.gate;

import dev.carrel.plugin.Authenticator;
import dev.carrel.plugin.SignInOutcome;
import dev.carrel.plugin.SignInRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** {@code /hub/auth/activation-gate/queue}: where somebody who has proven who they are stands in the queue. Loading it again tells it anew. */
final class QueuePage implements Authenticator {
    static final String PATH = "/queue";
    private static final String AGAIN = "<p><a class=\"button\" href=\"/hub/login\">Sign in</a></p>";

    private final Gate gate;
    private final String message;
    private final BooleanSupplier mails;

    QueuePage(Gate gate, String message, BooleanSupplier mails) {
        this.gate = gate;
        this.message = message;
        this.mails = mails;
    }

    /** What the page is told; names may hold what a state may not. */
    static String state(String account) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(account.getBytes(StandardCharsets.UTF_8));
    }

    private static Optional<String> account(String state) {
        return state.isEmpty()
                ? Optional.empty()
                : Optional.of(new String(Base64.getUrlDecoder().decode(state), StandardCharsets.UTF_8));
    }

    @Override
    public SignInOutcome handle(SignInRequest request) {
        if (!request.path().equals(PATH)) {
            return new SignInOutcome.Refused("There is no such page.");
        }
        Optional<Person> person = account(request.state()).flatMap(gate::find);
        if (person.isEmpty()) {
            return new SignInOutcome.Page(
                    "The queue", "<p>Sign in once more to see your place in the queue.</p>" + AGAIN, "");
        }
        Person known = person.get();
        return switch (known.state()) {
            case ACTIVE ->
                new SignInOutcome.Page("It is your turn", "<p class=\"lead\">You can sign in now.</p>" + AGAIN, "");
            case HELD ->
                new SignInOutcome.Page(
                        "On hold",
                        "<p>The registration of " + name(known)
                                + " is on hold. Ask the administrator of this site.</p>",
                        request.state());
            case WAITING -> new SignInOutcome.Page("You are in the queue", waiting(known), request.state());
        };
    }

    private String waiting(Person person) {
        String mail = person.email();
        String then = mail != null && mails.getAsBoolean()
                ? "<p>You need not do anything: a mail to <strong>" + Html.escaped(mail)
                        + "</strong> tells you when it is your turn.</p>"
                : "<p>You keep your place. Come back later and sign in again; load this page again to see how far you are.</p>";
        return "<p>" + Html.escaped(message) + "</p><p class=\"lead\">Your place in the queue, as " + name(person)
                + ": <strong>" + gate.place(person) + "</strong></p>" + then
                + "<p class=\"fine\">Not you? <a href=\"/hub/login\">Sign in as somebody else</a>.</p>";
    }

    private static String name(Person person) {
        return "<span class=\"name\">" + Html.escaped(person.account()) + "</span>";
    }
}
