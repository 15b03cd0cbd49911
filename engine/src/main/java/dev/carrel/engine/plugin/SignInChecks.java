/* Copyright the Carrel authors. */
package dev.carrel.engine.plugin;

import dev.carrel.engine.signin.Admission;
import dev.carrel.engine.signin.Applicant;
import dev.carrel.engine.signin.Refusal;
import dev.carrel.engine.signin.SigninSettings;
import dev.carrel.plugin.Authenticator;
import dev.carrel.plugin.SignInAttempt;
import dev.carrel.plugin.SignInCheck;
import dev.carrel.plugin.SignInDecision;
import dev.carrel.plugin.host.LiveExtension;
import dev.carrel.plugin.host.PluginFailure;
import dev.carrel.protocol.name.Printable;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the plugins that have a say, one after the other. A check that gives no answer keeps people out: it may be there for a reason. */
final class SignInChecks implements Admission {
    private static final Logger LOG = LoggerFactory.getLogger(SignInChecks.class);
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final int MAX_MESSAGE = 1000;

    private final Plugins plugins;
    private final List<String> required;

    @Inject
    SignInChecks(Plugins plugins, SigninSettings settings) {
        this.plugins = plugins;
        required = Arrays.stream(settings.requiredChecks().split(","))
                .map(String::strip)
                .filter(id -> !id.isEmpty())
                .toList();
    }

    @Override
    public void admit(Applicant applicant) {
        List<LiveExtension<SignInCheck>> checks = plugins.extensions(SignInCheck.class).stream()
                .sorted(Comparator.comparing(LiveExtension::plugin))
                .toList();
        for (String id : required) {
            if (checks.stream().noneMatch(check -> check.plugin().equals(id))) {
                LOG.error(
                        "{} was not signed in: plugin {} does not run or checks nothing, and signin.required-checks names it (see: carrel plugin list)",
                        applicant.user(),
                        id);
                throw impossible(id);
            }
        }
        SignInAttempt attempt = new SignInAttempt(
                applicant.method(),
                applicant.subject(),
                applicant.user().value(),
                applicant.email(),
                applicant.emailVerified(),
                applicant.displayName(),
                applicant.groups(),
                applicant.exists(),
                applicant.newcomer(),
                applicant.administrator(),
                applicant.remote());
        checks.forEach(check -> ask(check, attempt));
    }

    private void ask(LiveExtension<SignInCheck> check, SignInAttempt attempt) {
        SignInDecision decision;
        try {
            decision = check.call("check", LIMIT, c -> c.check(attempt));
        } catch (PluginFailure e) {
            LOG.error("{} was not signed in: {}", attempt.user(), e.getMessage(), e.getCause());
            throw impossible(check.plugin());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw impossible(check.plugin());
        }
        switch (decision) {
            case SignInDecision.Allow _ -> {}
            case SignInDecision.Refuse(String message) -> {
                LOG.info("plugin {} keeps {} out: {}", check.plugin(), attempt.user(), Printable.quote(message));
                throw new Refusal(Refusal.Kind.FORBIDDEN, cut(message));
            }
            case SignInDecision.RedirectTo(var to, String message) -> {
                LOG.info("plugin {} sends {} to {}", check.plugin(), attempt.user(), to.getHost());
                throw Refusal.elsewhere(to, cut(message));
            }
            case SignInDecision.GoOn(String path, String state) -> {
                if (plugins.extensions(Authenticator.class).stream()
                        .noneMatch(a -> a.plugin().equals(check.plugin()))) {
                    LOG.error(
                            "{} was not signed in: plugin {}: check answered GoOn, and it has no Authenticator for the page",
                            attempt.user(),
                            check.plugin());
                    throw impossible(check.plugin());
                }
                LOG.info("plugin {} leads {} to a page of its own", check.plugin(), attempt.user());
                throw Refusal.onward(new Refusal.Step(check.plugin(), path, state));
            }
            case null -> {
                LOG.error("{} was not signed in: plugin {}: check answered null", attempt.user(), check.plugin());
                throw impossible(check.plugin());
            }
        }
    }

    private static String cut(String message) {
        return message.length() > MAX_MESSAGE ? message.substring(0, MAX_MESSAGE) : message;
    }

    private static Refusal impossible(String id) {
        return new Refusal(
                Refusal.Kind.BUSY,
                "Nobody can be signed in just now: the check \"" + id
                        + "\" could not be made. Please try again in a moment, or tell your administrator.",
                Duration.ofSeconds(5));
    }
}
