/* Copyright the Carrel authors. */
package dev.carrel.engine.plugin;

import dev.carrel.auth.local.LocalPlugin;
import dev.carrel.engine.signin.Passwords;
import dev.carrel.engine.signin.Refusal;
import dev.carrel.plugin.PasswordAuthenticator;
import dev.carrel.plugin.PasswordAuthenticator.Answer;
import dev.carrel.plugin.host.LiveExtension;
import dev.carrel.plugin.host.Part;
import dev.carrel.plugin.host.PluginFailure;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Names and passwords, as plugins judge them: all of them in the order of their ids, until one knows the two. One that fails is told in the log, and the
 * others are asked all the same; but whoever none of the others knows is then told to come again, for the failing one might have known them.
 */
public final class PluginPasswords implements Passwords {
    /** The plugins that are part of the program. */
    public static final List<Part> PARTS = List.of(Part.of(LocalPlugin.class, LocalPlugin::new));

    private static final Logger LOG = LoggerFactory.getLogger(PluginPasswords.class);
    private static final Duration DRAWING = Duration.ofSeconds(1);
    private static final Duration JUDGING = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final Supplier<List<LiveExtension<PasswordAuthenticator>>> plugins;

    /** @param plugins in the order of their ids, as they are at each call */
    public PluginPasswords(Supplier<List<LiveExtension<PasswordAuthenticator>>> plugins) {
        this.plugins = plugins;
    }

    @Override
    public boolean asked() {
        return !plugins.get().isEmpty();
    }

    @Override
    public OptionalInt minLength() {
        Optional<LiveExtension<PasswordAuthenticator>> keeper = keeper();
        if (keeper.isEmpty()) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(ask(
                keeper.get(),
                "minLength",
                DRAWING,
                a -> a.keeping().orElseThrow().minLength()));
    }

    private Optional<LiveExtension<PasswordAuthenticator>> keeper() {
        return plugins.get().stream()
                .filter(plugin -> ask(plugin, "keeping", DRAWING, PasswordAuthenticator::keeping)
                        .isPresent())
                .findFirst();
    }

    @Override
    public Judgement judge(String typed, String password, Optional<String> hash, String remote) {
        if (!asked()) {
            throw Passwords.notInUse();
        }
        String keeper =
                hash.isEmpty() ? "" : keeper().map(LiveExtension::plugin).orElse("");
        Refusal failure = null;
        for (LiveExtension<PasswordAuthenticator> plugin : plugins.get()) {
            // What one plugin keeps is nobody else's affair.
            Optional<String> kept = plugin.plugin().equals(keeper) ? hash : Optional.empty();
            var attempt = new PasswordAuthenticator.Attempt(typed, password, kept, remote);
            try {
                switch (ask(plugin, "check", JUDGING, a -> a.check(attempt))) {
                    case Answer.Right(Optional<String> better)
                    when kept.isPresent() -> {
                        return new Judgement.Right(better);
                    }
                    case Answer.Identified(var identity) -> {
                        return new Judgement.Known(Authenticators.proof(plugin.plugin(), identity));
                    }
                    case Answer.Busy _ -> failure = busy();
                    case Answer.Right _, Answer.Wrong _, Answer.Kept _, Answer.Unfit _ -> {}
                }
            } catch (Refusal failed) {
                failure = failed;
            }
        }
        if (failure != null) {
            throw failure;
        }
        return new Judgement.Wrong();
    }

    @Override
    public String hash(String password) {
        LiveExtension<PasswordAuthenticator> keeper = keeper().orElseThrow(Passwords::notInUse);
        return switch (ask(
                keeper, "keep", JUDGING, a -> a.keeping().orElseThrow().keep(password))) {
            case Answer.Kept(String text) -> text;
            case Answer.Unfit(String message) -> throw new Refusal(Refusal.Kind.INVALID, message);
            case Answer.Busy _ -> throw busy();
            case Answer other -> {
                LOG.warn(
                        "plugin {}: keep answered {} (expected: Kept, Unfit or Busy)",
                        keeper.plugin(),
                        other.getClass().getSimpleName());
                throw failed();
            }
        };
    }

    private static <T> T ask(
            LiveExtension<PasswordAuthenticator> plugin,
            String what,
            Duration limit,
            LiveExtension.Call<PasswordAuthenticator, T> call) {
        try {
            T answer = plugin.call(what, limit, call);
            if (answer == null) {
                LOG.warn("plugin {}: {} answered null", plugin.plugin(), what);
                throw failed();
            }
            return answer;
        } catch (PluginFailure e) {
            LOG.warn("{}", e.getMessage(), e.getCause());
            throw e.kind() == PluginFailure.Kind.THREW ? failed() : busy();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new Refusal(Refusal.Kind.BUSY, "The server is stopping. Please try again in a moment.", PATIENCE);
        }
    }

    private static Refusal busy() {
        return new Refusal(
                Refusal.Kind.BUSY, "Very many people are signing in just now. Please try again in a moment.", PATIENCE);
    }

    private static Refusal failed() {
        return new Refusal(
                Refusal.Kind.BUSY,
                "Your password cannot be checked just now. Please try again in a moment; if it stays so, tell your administrator.",
                PATIENCE);
    }
}
