/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.carrel.plugin.Authenticator;
import dev.carrel.plugin.Extension;
import dev.carrel.plugin.PasswordAuthenticator;
import dev.carrel.plugin.PluginRequest;
import dev.carrel.plugin.RequestHandler;
import dev.carrel.plugin.UiSection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.engine.JupiterTestEngine;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs this kit's suites on what a plugin adds while it runs: those that need nothing of its author's. The others need to know what is right (which
 * data a command takes, where mails arrive, an empty database for each test), or would do what is seen outside (a listener may tell a chat), and are
 * extended in the plugin's own tests.
 */
public final class Kit {
    private static final int LONGEST_REASON = 300;

    private Kit() {}

    /**
     * What came of a suite.
     *
     * @param point the extension point
     * @param passed how many of its tests passed
     * @param failures the tests that failed, each with the first line of its reason
     */
    public record Result(String point, int passed, List<String> failures) {
        /** Copies the list. */
        public Result {
            failures = List.copyOf(failures);
        }
    }

    /**
     * Runs the suites, one after the other, in this thread and in threads of their own.
     *
     * @param plugin its id
     * @param extensions what it has added, running
     * @return one result for each extension that has a suite here
     */
    public static List<Result> run(String plugin, List<Extension> extensions) throws Exception {
        List<Result> results = new ArrayList<>();
        for (Extension extension : extensions) {
            switch (extension) {
                case UiSection section -> results.add(run("UiSection", Trials.OfSection.class, plugin, section));
                case Authenticator way -> results.add(run("Authenticator", Trials.OfWay.class, plugin, way));
                case PasswordAuthenticator passwords
                when passwords.keeping().isPresent() ->
                    results.add(run("PasswordAuthenticator", Trials.OfPasswords.class, plugin, passwords));
                case RequestHandler handler
                when handler.handle(Trials.good()).status() < 400 ->
                    results.add(run("RequestHandler", Trials.OfHandler.class, plugin, handler));
                default -> {}
            }
        }
        return results;
    }

    private static synchronized Result run(String point, Class<?> suite, String plugin, Extension subject) {
        Tally tally = new Tally();
        // Nothing is looked for by service loader: the kit may share a class path with others.
        Launcher launcher = LauncherFactory.create(LauncherConfig.builder()
                .enableTestEngineAutoRegistration(false)
                .enableTestExecutionListenerAutoRegistration(false)
                .enableLauncherSessionListenerAutoRegistration(false)
                .enableLauncherDiscoveryListenerAutoRegistration(false)
                .enablePostDiscoveryFilterAutoRegistration(false)
                .addTestEngines(new JupiterTestEngine())
                .build());
        Trials.begin(plugin, subject);
        try {
            launcher.execute(
                    LauncherDiscoveryRequestBuilder.request()
                            .selectors(selectClass(suite))
                            .build(),
                    tally);
        } finally {
            Trials.end();
        }
        return new Result(point, tally.passed, tally.failures);
    }

    private static final class Tally implements TestExecutionListener {
        private final List<String> failures = new ArrayList<>();
        private int passed;

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            switch (result.getStatus()) {
                case SUCCESSFUL -> passed += test.isTest() ? 1 : 0;
                case FAILED ->
                    failures.add(test.getDisplayName().replace("()", "") + ": " + reason(result.getThrowable()));
                // What does not apply to this plugin.
                case ABORTED -> {}
            }
        }

        private static String reason(Optional<Throwable> failure) {
            String all = failure.map(Throwable::toString).orElse("no reason").replaceAll("\\s+", " ");
            return all.length() > LONGEST_REASON ? all.substring(0, LONGEST_REASON) + " …" : all;
        }
    }

    /** The suites with what is tried in them. */
    static final class Trials {
        private static volatile String plugin = "";
        private static volatile Optional<Extension> subject = Optional.empty();

        private Trials() {}

        static void begin(String id, Extension extension) {
            plugin = id;
            subject = Optional.of(extension);
        }

        /** Nothing of a plugin must be held here once it is stopped. */
        static void end() {
            subject = Optional.empty();
        }

        private static <E extends Extension> E subject(Class<E> point) {
            return point.cast(subject.orElseThrow());
        }

        /** What an administrator asks first. */
        static PluginRequest good() {
            return new PluginRequest("GET", "/", Map.of(), Map.of(), new byte[0], Optional.of("verify"), true);
        }

        static class OfSection extends UiSectionConformance {
            @Override
            protected UiSection section() {
                return subject(UiSection.class);
            }
        }

        static class OfWay extends AuthenticatorConformance {
            @Override
            protected Authenticator authenticator() {
                return subject(Authenticator.class);
            }
        }

        static class OfPasswords extends PasswordAuthenticatorConformance {
            @Override
            protected PasswordAuthenticator authenticator() {
                return subject(PasswordAuthenticator.class);
            }
        }

        static class OfHandler extends RequestHandlerConformance {
            @Override
            protected RequestHandler handler() {
                return subject(RequestHandler.class);
            }

            @Override
            protected String plugin() {
                return plugin;
            }

            @Override
            protected List<PluginRequest> goodRequests() {
                return List.of(good());
            }
        }
    }
}
