/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import dev.carrel.engine.signin.ApiToken;
import dev.carrel.engine.signin.ApiTokens;
import dev.carrel.engine.signin.Refusal;
import dev.carrel.http.server.Parameters;
import dev.carrel.http.server.Request;
import dev.carrel.http.server.Response;
import dev.carrel.ui.Moment;
import dev.carrel.ui.Notice;
import dev.carrel.ui.TokensPage;
import dev.carrel.ui.TokensPage.Choice;
import dev.carrel.ui.TokensPage.TokenRow;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One's own API tokens. */
final class TokenPages {
    private static final List<Choice> SCOPES = List.of(
            new Choice("inherit", "do everything you may do", true),
            new Choice("access:servers!user", "use your running sessions", false),
            new Choice("servers!user", "start and stop your sessions", false),
            new Choice("read:users!user", "read your account", false));
    private static final String NEVER = "never";
    private static final List<Choice> LIFETIMES = List.of(
            new Choice(days(1), "in a day", false),
            new Choice(days(7), "in a week", false),
            new Choice(days(30), "in 30 days", true),
            new Choice(days(90), "in 90 days", false),
            new Choice(days(365), "in a year", false),
            new Choice(NEVER, "never", false));

    private final ApiTokens tokens;
    private final Screen screen;

    @Inject
    TokenPages(ApiTokens tokens, Screen screen) {
        this.tokens = tokens;
        this.screen = screen;
    }

    Response list(Visitor visitor) {
        return show(200, visitor, "", null);
    }

    /** Makes a token and shows it, this once. */
    Response create(Request request, Visitor visitor) throws IOException {
        Parameters form = request.body().form();
        List<String> scopes = form.all("scopes");
        if (scopes.isEmpty()) {
            return show(400, visitor, "", Notice.refused("Choose at least one thing the token may do."));
        }
        String lifetime = form.first("expires_in").orElse("");
        if (LIFETIMES.stream().noneMatch(choice -> choice.value().equals(lifetime))) {
            return show(400, visitor, "", Notice.refused("Choose when the token ends."));
        }
        Optional<Duration> life =
                lifetime.equals(NEVER) ? Optional.empty() : Optional.of(Duration.ofSeconds(Long.parseLong(lifetime)));
        try {
            ApiTokens.Made made = tokens.create(
                    visitor.user(),
                    visitor.rights(),
                    scopes,
                    form.first("note").orElse("").strip(),
                    life,
                    visitor.caller());
            return show(200, visitor, made.text(), null);
        } catch (Refusal refusal) {
            return show(Refusals.status(refusal), visitor, "", Notice.refused(refusal.text()));
        }
    }

    Response revoke(Request request, Visitor visitor) {
        boolean gone = tokens.revoke(visitor.user(), request.pathParameter("id"), visitor.caller());
        return gone
                ? Response.seeOther("/hub/token").uncached()
                : show(404, visitor, "", Notice.refused("You have no such token; it may have been revoked already."));
    }

    private Response show(int status, Visitor visitor, String newToken, @Nullable Notice notice) {
        List<TokenRow> rows =
                tokens.list(visitor.user()).stream().map(TokenPages::row).toList();
        return screen.show(status, new TokensPage(visitor.frame(), rows, newToken, SCOPES, LIFETIMES, notice));
    }

    private static TokenRow row(ApiToken token) {
        return new TokenRow(
                token.id(),
                token.note(),
                token.scopes(),
                Moment.of(token.created()),
                moment(token.lastUsed()),
                moment(token.expires()));
    }

    private static @Nullable Moment moment(@Nullable Instant at) {
        return at == null ? null : Moment.of(at);
    }

    private static String days(int days) {
        return Long.toString(Duration.ofDays(days).toSeconds());
    }
}
