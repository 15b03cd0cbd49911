/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import dev.carrel.plugin.Mailer;
import dev.carrel.plugin.PluginException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** The mailer as plugins see it: each call goes to whichever plugin provides it at that moment, on that one's threads. Any thread. */
final class SharedMailer implements Mailer {
    private static final Duration SEND = Duration.ofSeconds(60);
    private static final Duration QUESTION = Duration.ofSeconds(10);
    private static final Duration SOON = Duration.ofSeconds(5);

    private final Supplier<Optional<LiveExtension<Mailer>>> provider;

    SharedMailer(Supplier<Optional<LiveExtension<Mailer>>> provider) {
        this.provider = provider;
    }

    private <T> T call(String what, Duration limit, LiveExtension.Call<Mailer, T> call) {
        LiveExtension<Mailer> now = provider.get()
                .orElseThrow(() -> PluginException.temporary(
                        DOWN,
                        PluginException.Blame.RESOURCES,
                        Duration.ZERO,
                        "no plugin sends mail just now (see: carrel plugin list)",
                        null));
        try {
            T answer = now.call(what, limit, call);
            if (answer == null) {
                throw fault(now, what + " answered null", null);
            }
            return answer;
        } catch (PluginFailure e) {
            Throwable cause = e.getCause();
            if (e.kind() == PluginFailure.Kind.THREW && cause instanceof PluginException known) {
                throw known;
            }
            if (e.kind() == PluginFailure.Kind.THREW) {
                throw fault(now, what + ": " + cause, e);
            }
            throw PluginException.temporary(
                    DOWN, PluginException.Blame.EXTERNAL, SOON, String.valueOf(e.getMessage()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw PluginException.temporary(DOWN, PluginException.Blame.RESOURCES, SOON, what + " was interrupted", e);
        }
    }

    private static PluginException fault(
            LiveExtension<Mailer> provider, String what, @org.jspecify.annotations.Nullable Throwable cause) {
        return PluginException.permanent(
                REFUSED, PluginException.Blame.INTERNAL, "plugin " + provider.plugin() + ": " + what, cause);
    }

    @Override
    public String name() {
        return call("name", QUESTION, Mailer::name);
    }

    @Override
    public Receipt send(Mail mail) {
        return call("send", SEND, mailer -> mailer.send(mail));
    }

    @Override
    public Quota quota() {
        return call("quota", QUESTION, Mailer::quota);
    }

    @Override
    public Optional<String> health() {
        try {
            return call("health", QUESTION, Mailer::health);
        } catch (PluginException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }
}
