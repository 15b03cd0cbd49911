/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import dev.carrel.plugin.Authenticator;
import dev.carrel.plugin.Extension;
import dev.carrel.plugin.Plugin;
import dev.carrel.plugin.PluginContext;
import dev.carrel.plugin.SignInAttempt;
import dev.carrel.plugin.SignInCheck;
import dev.carrel.plugin.SignInDecision;
import dev.carrel.plugin.SignInOutcome;
import dev.carrel.plugin.SignInRequest;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** For tests: a say in signing in that depends on the name. */
public final class ChecksPlugin implements Plugin {
    @Override
    public List<Extension> start(PluginContext context) {
        return List.of(new Check(), new Pages());
    }

    record Check() implements SignInCheck {
        @Override
        public SignInDecision check(SignInAttempt attempt) throws Exception {
            return switch (attempt.user()) {
                case "refused" -> new SignInDecision.Refuse("Not <today>, " + attempt.method() + ".");
                case "told" -> new SignInDecision.Refuse(attempt.toString());
                case "moved" ->
                    new SignInDecision.RedirectTo(URI.create("https://new.example/in?a=b&c=d"), "We <moved>.");
                case "onward" -> new SignInDecision.GoOn("/step", "for " + attempt.method() + " " + attempt.subject());
                case "gone" -> new SignInDecision.RedirectTo(URI.create("https://new.example/"), "");
                case "throws" -> throw new IOException("secret cause");
                case "null" -> null;
                case "slow" -> {
                    new CountDownLatch(1).await();
                    yield SignInDecision.ALLOW;
                }
                default -> SignInDecision.ALLOW;
            };
        }
    }

    record Pages() implements Authenticator {
        @Override
        public SignInOutcome handle(SignInRequest request) {
            return new SignInOutcome.Page("A step", "<p>" + request.path() + " " + request.state() + "</p>", "");
        }
    }
}
