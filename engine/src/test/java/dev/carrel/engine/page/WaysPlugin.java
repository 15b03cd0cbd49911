/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import dev.carrel.plugin.Authenticator;
import dev.carrel.plugin.Extension;
import dev.carrel.plugin.Identity;
import dev.carrel.plugin.Plugin;
import dev.carrel.plugin.PluginContext;
import dev.carrel.plugin.SignInOutcome;
import dev.carrel.plugin.SignInRequest;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** For tests: a way to sign in with every outcome, each at a path of its own. */
public final class WaysPlugin implements Plugin {
    @Override
    public List<Extension> start(PluginContext context) {
        return List.of(new Ways());
    }

    record Ways() implements Authenticator {
        @Override
        public List<Button> buttons() {
            return List.of(new Button("Go <there>", "/begin"));
        }

        @Override
        public SignInOutcome handle(SignInRequest request) throws Exception {
            return switch (request.path()) {
                case "/begin" ->
                    new SignInOutcome.Redirect(URI.create("https://id.example/authorize?x=1"), "state-of-begin");
                case "/form" -> new SignInOutcome.Page("A <form>", "<p id=\"own\">own</p>", "state-of-form");
                // Believes whatever the address says: that nobody is signed in by a link is the engine's doing.
                case "/back" -> identified(request);
                case "/no" -> new SignInOutcome.Refused("Not <you>.");
                case "/throws" -> throw new IOException("secret cause");
                case "/null" -> null;
                case "/exit" -> {
                    System.exit(7);
                    yield null;
                }
                case "/seen" ->
                    new SignInOutcome.Refused("state=[" + request.state() + "] query=" + request.query()
                            + " form=" + request.form("field") + " base=" + request.base() + " remote="
                            + request.remote()
                            + " vouched=" + request.vouched() + " headers="
                            + request.headers().keySet().stream().sorted().toList());
                default -> new SignInOutcome.Refused("nothing here");
            };
        }

        private static SignInOutcome identified(SignInRequest request) {
            String subject =
                    request.query("subject").or(() -> request.form("subject")).orElse("s1");
            return new SignInOutcome.Identified(new Identity(
                    subject,
                    request.query("name").or(() -> request.form("name")).orElse("zoe"),
                    request.query("email"),
                    request.query("verified").isPresent(),
                    "Zoe",
                    Set.of("staff"),
                    request.query("admin").isPresent()));
        }

        @Override
        public Optional<Identity> recognise(SignInRequest request) {
            return request.vouched()
                    .map(SignInRequest.Vouched::value)
                    .or(() -> Optional.ofNullable(request.headers().get("x-badge"))
                            .map(List::getFirst))
                    .map(Identity::named);
        }
    }
}
