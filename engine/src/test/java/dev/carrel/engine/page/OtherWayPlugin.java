/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import dev.carrel.plugin.Authenticator;
import dev.carrel.plugin.Extension;
import dev.carrel.plugin.Identity;
import dev.carrel.plugin.Plugin;
import dev.carrel.plugin.PluginContext;
import dev.carrel.plugin.SignInOutcome;
import dev.carrel.plugin.SignInRequest;
import java.util.List;

/** For tests: a second way to sign in, which lets everybody in as somebody. */
public final class OtherWayPlugin implements Plugin {
    @Override
    public List<Extension> start(PluginContext context) {
        return List.of(new Way());
    }

    record Way() implements Authenticator {
        @Override
        public SignInOutcome handle(SignInRequest request) {
            return request.path().equals("/form")
                    ? new SignInOutcome.Page("Other", "<p>other</p>", "other")
                    : new SignInOutcome.Identified(Identity.named("other"));
        }
    }
}
