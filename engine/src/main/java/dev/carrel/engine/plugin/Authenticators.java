/* Copyright the Carrel authors. */
package dev.carrel.engine.plugin;

import dev.carrel.engine.signin.Proof;
import dev.carrel.http.server.Headers;
import dev.carrel.http.server.HttpFailure;
import dev.carrel.plugin.Authenticator;
import dev.carrel.plugin.Identity;
import dev.carrel.plugin.SignInOutcome;
import dev.carrel.plugin.SignInRequest;
import dev.carrel.plugin.host.LiveExtension;
import dev.carrel.plugin.host.PluginFailure;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The ways to sign in that plugins add. Thread-safe; failures of one plugin are told in the log and leave the others as they are. */
public final class Authenticators {
    private static final Logger LOG = LoggerFactory.getLogger(Authenticators.class);
    private static final Duration DRAWING = Duration.ofSeconds(1);
    private static final Duration LOOKING = Duration.ofSeconds(2);
    private static final Duration ANSWERING = Duration.ofSeconds(20);
    private static final int MAX_NAME = 1000;

    private final Plugins plugins;

    @Inject
    Authenticators(Plugins plugins) {
        this.plugins = plugins;
    }

    /** A button of a plugin. */
    public record Way(String plugin, String label, String path) {}

    private List<LiveExtension<Authenticator>> all() {
        return plugins.extensions(Authenticator.class).stream()
                .sorted(Comparator.comparing(LiveExtension::plugin))
                .toList();
    }

    /** The buttons of all, in the order of their plugins' ids. */
    public List<Way> ways() throws InterruptedException {
        List<Way> ways = new ArrayList<>();
        for (LiveExtension<Authenticator> one : all()) {
            try {
                for (Authenticator.Button button : one.call("buttons", DRAWING, Authenticator::buttons)) {
                    ways.add(new Way(one.plugin(), button.label(), button.path()));
                }
            } catch (PluginFailure e) {
                LOG.warn("{}", e.getMessage(), e.getCause());
            }
        }
        return ways;
    }

    /**
     * Whom one of them recognises without asking.
     *
     * @param request makes the request for the plugin with an id
     */
    public Optional<Proof> recognise(Function<String, SignInRequest> request) throws InterruptedException {
        for (LiveExtension<Authenticator> one : all()) {
            try {
                Optional<Identity> identity =
                        one.call("recognise", LOOKING, a -> a.recognise(request.apply(one.plugin())));
                if (identity != null && identity.isPresent()) {
                    return Optional.of(proof(one.plugin(), identity.get()));
                }
            } catch (PluginFailure e) {
                LOG.warn("{}", e.getMessage(), e.getCause());
            }
        }
        return Optional.empty();
    }

    /**
     * A plugin's answer.
     *
     * @throws HttpFailure 404 when there is no such way, 502 to 504 when it gives no answer
     */
    public SignInOutcome ask(String plugin, SignInRequest request) throws InterruptedException {
        LiveExtension<Authenticator> one = all().stream()
                .filter(a -> a.plugin().equals(plugin))
                .findFirst()
                .orElseThrow(() -> new HttpFailure(404, "signin.unknown-way", "There is no such way to sign in."));
        try {
            SignInOutcome outcome = one.call("handle", ANSWERING, a -> a.handle(request));
            if (outcome == null) {
                LOG.warn("plugin {}: handle answered null", plugin);
                throw new HttpFailure(502, "signin.failed", "Signing in this way failed. Please begin again.");
            }
            return outcome;
        } catch (PluginFailure e) {
            LOG.warn("{}", e.getMessage(), e.getCause());
            throw switch (e.kind()) {
                case BUSY, GONE ->
                    new HttpFailure(
                            503,
                            "signin.busy",
                            "This way to sign in is busy. Please try again in a moment.",
                            Headers.of("Retry-After", "5"));
                case SLOW ->
                    new HttpFailure(
                            504, "signin.slow", "Signing in this way took too long. Please try again in a moment.");
                case THREW ->
                    new HttpFailure(
                            502,
                            "signin.failed",
                            "Signing in this way failed. Please begin again; the log of the engine says why.");
            };
        }
    }

    /** What the sign-in services take, of what a plugin has found out. */
    public static Proof proof(String plugin, Identity identity) {
        return new Proof(
                plugin,
                identity.subject(),
                identity.name().length() > MAX_NAME ? identity.name().substring(0, MAX_NAME) : identity.name(),
                identity.email(),
                identity.emailVerified(),
                identity.displayName(),
                identity.groups(),
                identity.administrator());
    }
}
