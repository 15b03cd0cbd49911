/* Copyright the Carrel authors. */
package dev.carrel.check.email;

import dev.carrel.plugin.Authenticator;
import dev.carrel.plugin.Mailer;
import dev.carrel.plugin.PluginException;
import dev.carrel.plugin.SignInOutcome;
import dev.carrel.plugin.SignInRequest;
import dev.carrel.plugin.Site;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;

/**
 * {@code /hub/auth/email-whitelist/}: a form for an address, a mail with a link, and the page to which that leads. Who somebody is comes from the sealed state that
 * the check has given this browser, never from what a form or a link says: a link does nothing in the browser of somebody else, so nobody can be made to vouch
 * for a stranger by a click.
 */
final class AddressPages implements Authenticator {
    static final String FORM = "/address";
    private static final String SEND = "/send";
    private static final String VERIFY = "/verify";
    private static final int LONGEST = 254;
    private static final String AGAIN = "<p><a class=\"button\" href=\"/hub/login\">Sign in</a></p>";

    private final Codes codes;
    private final AllowedAddresses allowed;
    private final EmailSettings settings;
    private final Mailer mailer;
    private final Site site;
    private final Logger log;

    AddressPages(Codes codes, AllowedAddresses allowed, EmailSettings settings, Mailer mailer, Site site, Logger log) {
        this.codes = codes;
        this.allowed = allowed;
        this.settings = settings;
        this.mailer = mailer;
        this.site = site;
        this.log = log;
    }

    @Override
    public SignInOutcome handle(SignInRequest request) {
        Optional<Person> person = Person.of(request.state());
        String asked = request.method() + " " + request.path();
        return switch (asked) {
            case "GET " + FORM -> person.map(known -> form(request, known, "")).orElseGet(AddressPages::stranger);
            case "POST " + SEND -> person.map(known -> send(request, known)).orElseGet(AddressPages::stranger);
            case "GET " + VERIFY -> person.map(known -> confirm(request, known)).orElseGet(AddressPages::stranger);
            case "POST " + VERIFY -> person.map(known -> verify(request, known)).orElseGet(AddressPages::stranger);
            default -> new SignInOutcome.Refused("There is no such page.");
        };
    }

    private static SignInOutcome stranger() {
        return new SignInOutcome.Page(
                "Sign in first",
                "<p>Sign in once more in this browser. If you have followed a link from a mail, open it again within ten minutes after that, in this browser.</p>"
                        + AGAIN,
                "");
    }

    private SignInOutcome form(SignInRequest request, Person person, String error) {
        String shown = error.isEmpty() ? "" : "<p role=\"alert\"><strong>" + Html.escaped(error) + "</strong></p>";
        return new SignInOutcome.Page(
                "Which address is yours?",
                "<p>" + Html.escaped(settings.message()) + "</p>" + shown
                        + "<p>If you have another address that may use this site, name it. A mail to it holds a link that proves that it is yours.</p>"
                        + "<form method=\"post\" action=\"/hub/auth/email-whitelist/send\">" + xsrf(request)
                        + "<label>E-mail address <input name=\"email\" type=\"email\" required maxlength=\"254\" autocomplete=\"email\"></label> "
                        + "<button type=\"submit\" class=\"primary\">Send the mail</button></form>"
                        + "<p class=\"fine\">You are about to sign in as " + name(person)
                        + ". Not you? <a href=\"/hub/login\">Sign in as somebody else</a>.</p>",
                person.state());
    }

    private SignInOutcome send(SignInRequest request, Person person) {
        String typed = request.form("email").orElse("");
        Optional<String> address = typed.length() > LONGEST ? Optional.empty() : allowed.accepted(typed);
        if (address.isEmpty()) {
            String quoted = typed.length() > LONGEST ? "This" : "\"" + typed + "\"";
            return form(request, person, quoted + " is not among the addresses that may use this site.");
        }
        Optional<String> code = codes.issue(person, address.get());
        if (code.isEmpty()) {
            return form(
                    request,
                    person,
                    "Too many mails have been sent to you or to this address. Use the link of the last one, or try again in an hour.");
        }
        return mail(request, person, address.get(), code.get())
                .map(error -> form(request, person, error))
                .orElseGet(() -> new SignInOutcome.Page(
                        "Look into your mail",
                        "<p>A mail is on its way to <strong>" + Html.escaped(address.get())
                                + "</strong>. Open its link in this browser within " + span(settings.linkLifetime())
                                + ".</p><p class=\"fine\">Nothing came? Look among the unwanted mail, or <a href=\"/hub/auth/email-whitelist/address\">try once more</a>.</p>",
                        person.state()));
    }

    /** What went wrong; empty when it is on its way. */
    private Optional<String> mail(SignInRequest request, Person person, String address, String code) {
        String text = "Somebody who signs in to " + site.url() + " as \"" + person.name()
                + "\" says that this address is theirs. If that is you, open this link in the browser in which you sign in:\n\n"
                + request.base() + VERIFY + "?code=" + code + "\n\nIt works once, within "
                + span(settings.linkLifetime()) + ". If it is not you, you need not do anything.\n";
        try {
            mailer.send(Mailer.Mail.text(UUID.randomUUID().toString(), address, "Is this your address?", text));
            return Optional.empty();
        } catch (PluginException e) {
            log.warn("the mail to {} for {} was not sent: {}", address, person.name(), e.getMessage());
            return Optional.of(
                    e.retryable()
                            ? "The mail cannot be sent just now. Please try again in some minutes."
                            : "The mail to this address was not taken. Please look at its spelling.");
        } catch (IllegalArgumentException e) {
            log.warn("no mail can be sent to {}: {}", address, e.getMessage());
            return Optional.of("No mail can be sent to this address.");
        }
    }

    private SignInOutcome confirm(SignInRequest request, Person person) {
        String code = request.query("code").orElse("");
        return codes.address(person, code)
                .<SignInOutcome>map(address -> new SignInOutcome.Page(
                        "Is this your address?",
                        "<p><strong>" + Html.escaped(address) + "</strong> is to be the address of " + name(person)
                                + ".</p><form method=\"post\" action=\"/hub/auth/email-whitelist/verify\">"
                                + xsrf(request) + "<input type=\"hidden\" name=\"code\" value=\""
                                + Html.escaped(code)
                                + "\"><button type=\"submit\" class=\"primary\">It is mine</button></form>",
                        person.state()))
                .orElseGet(AddressPages::over);
    }

    private SignInOutcome verify(SignInRequest request, Person person) {
        Optional<String> address = codes.use(person, request.form("code").orElse(""));
        address.ifPresent(proven -> log.info("{} has proven that {} is theirs", person.name(), proven));
        return address.<SignInOutcome>map(_ -> new SignInOutcome.Page(
                        "The address is yours", "<p class=\"lead\">Sign in once more.</p>" + AGAIN, ""))
                .orElseGet(AddressPages::over);
    }

    /** Counts as a failed attempt to sign in, so codes cannot be tried at will. */
    private static SignInOutcome over() {
        return new SignInOutcome.Refused(
                "This link is for somebody else, was used, or is too old. Sign in as whom you asked for it, or ask for another.");
    }

    private static String xsrf(SignInRequest request) {
        return "<input type=\"hidden\" name=\"_xsrf\" value=\"" + Html.escaped(request.xsrf()) + "\">";
    }

    private static String name(Person person) {
        return "<span class=\"name\">" + Html.escaped(person.name()) + "</span>";
    }

    private static String span(Duration time) {
        long minutes = Math.max(1, time.toMinutes());
        return minutes == 1
                ? "a minute"
                : minutes % 60 == 0 && minutes > 60 ? minutes / 60 + " hours" : minutes + " minutes";
    }
}
