/* Copyright the Carrel authors. */
package dev.carrel.auth.oidc;

import dev.carrel.plugin.Authenticator;
import dev.carrel.plugin.Identity;
import dev.carrel.plugin.SignInOutcome;
import dev.carrel.plugin.SignInRequest;
import java.io.IOException;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;

/** {@code /KEY/} asks the provider of that key, {@code /KEY/callback} takes its answer. */
final class OidcAuthenticator implements Authenticator {
    private static final int MAX_CODE = 4096;

    private final Map<String, Provider> providers = new LinkedHashMap<>();
    private final OidcSettings settings;
    private final Logger log;

    OidcAuthenticator(List<Provider> all, OidcSettings settings, Logger log) {
        all.forEach(provider -> providers.put(provider.key(), provider));
        this.settings = settings;
        this.log = log;
    }

    @Override
    public List<Button> buttons() {
        return providers.values().stream()
                .map(provider -> new Button(provider.label(), "/" + provider.key() + "/"))
                .toList();
    }

    @Override
    public SignInOutcome handle(SignInRequest request) throws IOException {
        String[] parts = request.path().split("/", -1);
        Provider provider = parts.length == 3 ? providers.get(parts[1]) : null;
        boolean answer = provider != null && parts[2].equals("callback");
        if (provider == null
                || !answer && !parts[2].isEmpty()
                || !request.method().equals("GET")) {
            return new SignInOutcome.Refused("There is nothing at this address.");
        }
        URI back = URI.create(request.base() + "/" + provider.key() + "/callback");
        try {
            if (answer) {
                return answered(provider, request, back);
            }
            Attempt attempt = Attempt.fresh(provider.key());
            return new SignInOutcome.Redirect(provider.question(attempt, back), attempt.text());
        } catch (WrongAnswer e) {
            log.warn("{}: {}", provider.key(), e.getMessage());
            return new SignInOutcome.Refused(e.forPerson());
        }
    }

    private SignInOutcome answered(Provider provider, SignInRequest request, URI back) throws IOException, WrongAnswer {
        Optional<Attempt> attempt = Attempt.parse(request.state())
                .filter(a -> a.answeredBy(provider.key(), request.query("state").orElse("")));
        if (attempt.isEmpty()) {
            return new SignInOutcome.Refused(
                    "This answer does not belong to a sign-in that was begun in this browser, or came too late. Please begin again.");
        }
        if (request.query().containsKey("error")) {
            log.info(
                    "{} answered {}",
                    provider.key(),
                    request.query("error")
                            .filter(e -> e.matches("[a-z_]{1,60}"))
                            .orElse("an error"));
            return new SignInOutcome.Refused("The identity provider did not sign you in, or you did not agree.");
        }
        Optional<String> code = request.query("code").filter(c -> !c.isBlank() && c.length() <= MAX_CODE);
        if (code.isEmpty()
                || request.query().containsKey("iss") && request.query("iss").isEmpty()) {
            throw WrongAnswer.of("the answer has no code, or says things twice");
        }
        try {
            return new SignInOutcome.Identified(
                    identity(provider.person(code.get(), request.query("iss"), attempt.get(), back)));
        } catch (IllegalArgumentException e) {
            // The library's word for a value that cannot be what it should.
            throw WrongAnswer.of("the answer cannot be read: " + e.getMessage(), e);
        }
    }

    private Identity identity(Person person) throws WrongAnswer {
        if (settings.requireVerifiedEmail() && (person.email().isEmpty() || !person.verified())) {
            throw new WrongAnswer(
                    "Your identity provider does not vouch for an e-mail address of yours. Verify your address there, then sign in again.",
                    "no verified e-mail address of " + person.subject(),
                    null);
        }
        return new Identity(
                person.subject(),
                name(person),
                person.email(),
                person.verified(),
                person.displayName(),
                person.groups(),
                !settings.adminGroup().isEmpty() && person.groups().contains(settings.adminGroup()));
    }

    private String name(Person person) throws WrongAnswer {
        // An address nobody has verified may be anybody's: it must not become the name of an account.
        Optional<String> address = person.email().filter(e -> person.verified() && e.indexOf('@') > 0);
        Optional<String> name = switch (settings.names()) {
            case EMAIL -> address;
            case LOCAL_PART -> address.map(e -> e.substring(0, e.lastIndexOf('@')));
            case USERNAME -> Optional.of(person.username()).filter(n -> !n.isBlank());
        };
        if (name.isEmpty()) {
            throw new WrongAnswer(
                    "Your identity provider does not tell what an account's name is made of here. Ask your administrator.",
                    "nothing to make a name of for " + person.subject() + " (see the setting names)",
                    null);
        }
        return name.get();
    }
}
