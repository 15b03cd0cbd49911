/* Copyright the Carrel authors. */
package dev.carrel.check.redirect;

import dev.carrel.plugin.Extension;
import dev.carrel.plugin.Plugin;
import dev.carrel.plugin.PluginContext;
import dev.carrel.plugin.SignInAttempt;
import dev.carrel.plugin.SignInCheck;
import dev.carrel.plugin.SignInDecision;
import java.net.URI;
import java.util.List;

/** One check that leads elsewhere. */
public final class RedirectPlugin implements Plugin {
    @Override
    public List<Extension> start(PluginContext context) {
        RedirectSettings settings = context.settings(RedirectSettings.class);
        SignInDecision.RedirectTo away;
        try {
            away = new SignInDecision.RedirectTo(new URI(settings.url()), settings.message());
        } catch (java.net.URISyntaxException | IllegalArgumentException e) {
            throw new IllegalArgumentException("url: \"" + settings.url() + "\" (expected: http:// or https://)", e);
        }
        URI here = context.site().url();
        if (away.to().getHost().equalsIgnoreCase(here.getHost()) && away.to().getPort() == here.getPort()) {
            throw new IllegalArgumentException("url: \"" + settings.url()
                    + "\" is this site (expected: another one, or people go round and round)");
        }
        return List.of(new Away(settings, away));
    }

    private record Away(RedirectSettings settings, SignInDecision.RedirectTo away) implements SignInCheck {
        @Override
        public SignInDecision check(SignInAttempt attempt) {
            boolean stays = settings.users() == RedirectSettings.Users.NEW && !attempt.newcomer()
                    || settings.administratorsStay() && attempt.administrator();
            return stays ? SignInDecision.ALLOW : away;
        }
    }
}
