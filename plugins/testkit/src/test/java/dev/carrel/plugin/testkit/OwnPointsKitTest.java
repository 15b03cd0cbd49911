/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.carrel.plugin.Authenticator;
import dev.carrel.plugin.Event;
import dev.carrel.plugin.EventListener;
import dev.carrel.plugin.Identity;
import dev.carrel.plugin.NodeTask;
import dev.carrel.plugin.PasswordAuthenticator;
import dev.carrel.plugin.PluginRequest;
import dev.carrel.plugin.PluginResponse;
import dev.carrel.plugin.RequestHandler;
import dev.carrel.plugin.SignInAttempt;
import dev.carrel.plugin.SignInCheck;
import dev.carrel.plugin.SignInDecision;
import dev.carrel.plugin.SignInOutcome;
import dev.carrel.plugin.SignInRequest;
import dev.carrel.plugin.UiSection;
import dev.carrel.plugin.UsageAccounting;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/** The suites of what Carrel itself calls pass what is right, and fail what is wrong at the test that says what. */
class OwnPointsKitTest {
    private static volatile String fault = "";

    @AfterEach
    void mend() {
        fault = "";
    }

    static boolean is(String name) {
        return fault.equals(name);
    }

    private static Events run(String suite) throws ClassNotFoundException {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(Class.forName(OwnPointsKitTest.class.getName() + "$" + suite)))
                .execute()
                .testEvents();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Usage", "Way", "Passwords", "Check", "Handler", "Section", "Task", "Listener"})
    void whatIsRightPasses(String suite) throws Exception {
        Events events = run(suite);
        assertThat(events.succeeded().count()).isGreaterThanOrEqualTo(4);
        assertThat(events.failed().list()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "Usage, counts-twice, aSessionThatIsToldAgainCountsOnce",
        "Usage, forgets, everySessionCounts",
        "Usage, never-ready-counts, whatWasNeverReadyWasNotUsed",
        "Usage, negative, clocksThatWentBackUseNothing",
        "Usage, odd-names, namesMayBeAnyText",
        "Usage, calls-lost, theCallsOfEverySpanCountForTheirOwner",
        "Usage, calls-add-up, aSpanThatIsToldAgainIsWhatWasToldLast",
        "Usage, one-run, everyRunOfATaskCountsOnce",
        "Usage, waiting-counts, aTaskThatNeverBeganTookNoTime",
        "Way, dead-button, buttonsLeadToWhatItAnswers",
        "Way, no-token, formsCarryTheTokenOfTheirPage",
        "Way, anywhere, addressesThatAreNobodysIdentifyNobody",
        "Way, link, whatALinkSaysIdentifiesNobody",
        "Way, header, aHeaderThatNoTrustedProxyHasSentIdentifiesNobody",
        "Way, state, aStateThatItHasNotGivenOutIdentifiesNobody",
        "Passwords, never, theRightPasswordIsRight",
        "Passwords, prefix, everyOtherIsWrong",
        "Passwords, nobody, whoHasNoPasswordComesInWithNone",
        "Passwords, unsalted, whatIsKeptTellsNothing",
        "Passwords, always, ofAnotherPasswordSomethingElseIsKept",
        "Passwords, worse, whatIsBetterFitsToo",
        "Passwords, short, tooShortOnesAreUnfitAndItSaysWhy",
        "Passwords, throws, oddOnesAreKeptOrUnfitAndNoFailure",
        "Passwords, shared, manyAtOnceAreJudgedRightlyOrToldThatItIsBusy",
        "Check, allows-all, itTellsThemApart",
        "Check, moody, theSameAttemptIsJudgedAlike",
        "Check, mute, whomItRefusesIsToldWhy",
        "Check, throws, oddPeopleAreJudgedInTimeToo",
        "Check, shared, manyAreJudgedAtOnce",
        "Handler, fails, whatItIsForIsAnswered",
        "Handler, access, whoMayAskDoesNotChange",
        "Handler, everywhere, pathsThatAreNoneAreAnsweredWithAnError",
        "Handler, throws, oddMethodsAndQueriesAreNoFailure",
        "Handler, echo, nothingThatWasAskedRunsInABrowser",
        "Handler, header, whatItIsForIsAnswered",
        "Section, slow, itIsDrawnInTimeForEverybody",
        "Section, raw, nothingInItRuns",
        "Section, no-token, formsCarryTheTokenOfTheirPage",
        "Section, untitled, whatIsShownHasAPlaceAndAHeading",
        "Section, script, scriptsArePathsOfThePlugin",
        "Task, name, itSaysWhatItIs",
        "Task, grows, doneTwiceIsDoneOnce",
        "Task, deaf, itEndsWhenItIsInterruptedAndIsTakenUpAgain",
        "Listener, throws, unknownActionsAndOddTextsAreTaken",
        "Listener, begin-needed, whatBeganBeforeItCameIsTakenInTheMiddle",
        "Listener, full, manyInARowAreTaken",
        "Listener, ready-only, everyStateOfASessionIsTaken",
        "Listener, no-functions, everyChangeOfAFunctionIsTaken",
        "Listener, no-tasks, everyStateOfATaskIsTaken"
    })
    void whatIsWrongFailsWhereItIsWrong(String suite, String wrong, String test) throws Exception {
        fault = wrong;
        assertThat(run(suite).failed().stream()
                        .map(event -> event.getTestDescriptor().getDisplayName().replace("()", "")))
                .contains(test);
    }

    static class Usage extends UsageAccountingConformance {
        private final Map<String, UsageAccounting.SessionUse> uses = new LinkedHashMap<>();
        private final Map<String, UsageAccounting.FunctionUse> spans = new LinkedHashMap<>();
        private final Map<String, UsageAccounting.TaskUse> runs = new LinkedHashMap<>();

        @Override
        protected UsageAccounting accounting() {
            return new UsageAccounting() {
                @Override
                public void record(SessionUse use) {
                    if (is("odd-names") && use.image().contains("<")) {
                        throw new IllegalArgumentException("image");
                    }
                    if (!is("forgets") || uses.isEmpty()) {
                        uses.put(is("counts-twice") ? use.session() + uses.size() : use.session(), use);
                    }
                }

                @Override
                public void record(FunctionUse use) {
                    if (!is("calls-lost") || spans.isEmpty()) {
                        spans.put(is("calls-add-up") ? use.span() + spans.size() : use.span(), use);
                    }
                }

                @Override
                public void record(TaskUse use) {
                    runs.put(is("one-run") ? use.task() : use.task() + " " + use.attempt(), use);
                }
            };
        }

        @Override
        protected Total sessions(String user) {
            return uses.values().stream()
                    .filter(use -> use.user().equals(user))
                    .map(use -> one(
                            use.failed(),
                            use.ready().orElse(is("never-ready-counts") ? use.created() : use.ended()),
                            use.ended()))
                    .reduce(new Total(0, 0, Duration.ZERO), Usage::plus);
        }

        @Override
        protected Optional<Total> calls(String owner) {
            return Optional.of(spans.values().stream()
                    .filter(span -> span.owner().equals(owner))
                    .map(span -> new Total(span.calls(), span.failed(), span.busy()))
                    .reduce(new Total(0, 0, Duration.ZERO), Usage::plus));
        }

        @Override
        protected Optional<Total> tasks(String user) {
            return Optional.of(runs.values().stream()
                    .filter(run -> run.user().equals(user))
                    .map(run -> one(
                            run.failed(),
                            run.started().orElse(is("waiting-counts") ? run.queued() : run.ended()),
                            run.ended()))
                    .reduce(new Total(0, 0, Duration.ZERO), Usage::plus));
        }

        private static Total one(boolean failed, Instant begin, Instant end) {
            Duration time = Duration.between(begin, end);
            return new Total(1, failed ? 1 : 0, time.isNegative() && !is("negative") ? Duration.ZERO : time);
        }

        private static Total plus(Total one, Total other) {
            return new Total(
                    one.count() + other.count(),
                    one.failed() + other.failed(),
                    one.time().plus(other.time()));
        }
    }

    static class Way extends AuthenticatorConformance {
        @Override
        protected Authenticator authenticator() {
            return new Authenticator() {
                @Override
                public List<Button> buttons() {
                    return List.of(new Button("In", is("dead-button") ? "/dead" : "/"));
                }

                @Override
                public Optional<Identity> recognise(SignInRequest request) {
                    return is("header")
                            ? Optional.ofNullable(request.headers().get("remote-user"))
                                    .map(values -> Identity.named(values.getFirst()))
                            : Optional.empty();
                }

                @Override
                public SignInOutcome handle(SignInRequest request) {
                    boolean link = is("link") && request.query("user_id").isPresent();
                    boolean state = is("state") && !request.state().isEmpty();
                    if (link || state || is("anywhere")) {
                        return new SignInOutcome.Identified(Identity.named("root"));
                    }
                    if (!request.path().equals("/")) {
                        return new SignInOutcome.Refused("Nothing here.");
                    }
                    String token = is("no-token") ? "" : request.xsrf();
                    return new SignInOutcome.Page(
                            "In", "<form method=\"post\"><input name=\"_xsrf\" value=\"" + token + "\"></form>", "");
                }
            };
        }
    }

    static class Passwords extends PasswordAuthenticatorConformance {
        @Override
        protected PasswordAuthenticator authenticator() {
            return new Digests();
        }
    }

    static class Check extends SignInCheckConformance {
        private static final AtomicInteger ASKED = new AtomicInteger();
        private final AtomicInteger inside = new AtomicInteger();

        private static SignInAttempt attempt(String user) {
            return new SignInAttempt(
                    "password", user, user, Optional.empty(), false, "", Set.of(), true, true, false, "");
        }

        @Override
        protected SignInCheck check() {
            return attempt -> {
                if (is("throws") && attempt.user().isBlank()) {
                    throw new IllegalStateException("nobody");
                }
                boolean alone = inside.incrementAndGet() == 1;
                try {
                    for (int i = 0; i < (is("shared") ? 100_000 : 0); i++) {
                        Thread.onSpinWait();
                    }
                    boolean moody = is("moody") && ASKED.incrementAndGet() % 2 == 0;
                    boolean muddled = is("shared") && !alone;
                    if (attempt.user().equals("ada") && !muddled || is("allows-all")) {
                        return SignInDecision.ALLOW;
                    }
                    return new SignInDecision.Refuse(is("mute") ? "" : moody ? "No." : "Not you.");
                } finally {
                    inside.decrementAndGet();
                }
            };
        }

        @Override
        protected List<SignInAttempt> allowed() {
            return List.of(attempt("ada"));
        }

        @Override
        protected List<SignInAttempt> keptOut() {
            return List.of(attempt("eve"));
        }
    }

    static class Handler extends RequestHandlerConformance {
        @Override
        protected RequestHandler handler() {
            return new RequestHandler() {
                private final AtomicInteger asked = new AtomicInteger();

                @Override
                public Access access() {
                    return is("access") && asked.incrementAndGet() % 2 == 0 ? Access.OPEN : Access.SIGNED_IN;
                }

                @Override
                public PluginResponse handle(PluginRequest request) {
                    if (!request.path().equals("/hello") && !is("everywhere")) {
                        return PluginResponse.text(404, "path (expected: /hello)");
                    }
                    String name = request.query("name").orElse("");
                    if (is("throws") && name.isEmpty()) {
                        throw new IllegalStateException("no name");
                    }
                    String shown =
                            is("echo") ? name : name.replace("&", "&amp;").replace("<", "&lt;");
                    PluginResponse answer = PluginResponse.html(is("fails") ? 500 : 200, "<p>" + shown);
                    Map<String, String> headers =
                            is("header") ? Map.of("Set-Cookie", "a=b") : Map.of("x-greet-by", "a");
                    return new PluginResponse(answer.status(), answer.contentType(), answer.body(), headers);
                }
            };
        }

        @Override
        protected String plugin() {
            return "greet";
        }

        @Override
        protected List<PluginRequest> goodRequests() {
            return List.of(new PluginRequest(
                    "GET", "/hello", Map.of("name", List.of("ada")), Map.of(), new byte[0], Optional.of("ada"), false));
        }
    }

    static class Section extends UiSectionConformance {
        @Override
        protected UiSection section() {
            return new UiSection() {
                @Override
                public Place place() {
                    return Place.HOME;
                }

                @Override
                public String title() {
                    return is("untitled") ? "" : "Hello";
                }

                @Override
                public String html(Viewer viewer) {
                    long end = System.nanoTime()
                            + Duration.ofMillis(is("slow") && viewer.administrator() ? 1100 : 0)
                                    .toNanos();
                    while (System.nanoTime() < end) {
                        Thread.onSpinWait();
                    }
                    String name = is("raw")
                            ? viewer.user()
                            : viewer.user().replace("<", "&lt;").replaceAll(" on", " &#111;n");
                    String token = is("no-token") ? "" : "<input name=\"_xsrf\" value=\"" + viewer.xsrf() + "\">";
                    return "<form method=\"post\">" + token + name.replace("javascript:", "") + "</form>";
                }

                @Override
                public List<String> scripts() {
                    return List.of(is("script") ? "../../hub/static/page.js" : "hello.js");
                }
            };
        }
    }

    static class Task extends TaskConformance {
        private final List<String> done = new ArrayList<>();

        @Override
        protected Subject task() {
            return Subject.of(new NodeTask() {
                @Override
                public String name() {
                    return is("name") ? "Clean Up!" : "clean-up";
                }

                @Override
                public Duration every() {
                    return Duration.ofHours(1);
                }

                @Override
                public void run() {
                    long end = System.nanoTime() + Duration.ofSeconds(6).toNanos();
                    // Only the thread that is interrupted is no test's own.
                    while (is("deaf") && Thread.currentThread().isDaemon() && System.nanoTime() < end) {
                        Thread.onSpinWait();
                    }
                    synchronized (done) {
                        if (done.isEmpty() || is("grows")) {
                            done.add("clean");
                        }
                    }
                }
            });
        }

        @Override
        protected Object done() {
            synchronized (done) {
                return List.copyOf(done);
            }
        }
    }

    static class Listener extends EventListenerConformance {
        @Override
        protected EventListener listener() {
            List<Event> seen = new ArrayList<>();
            return event -> {
                seen.add(event);
                boolean account = event instanceof Event.AccountEvent;
                boolean ended = event instanceof Event.SessionChanged change
                        && change.state() == Event.SessionChanged.State.STOPPED;
                boolean pending = event instanceof Event.SessionChanged change
                        && change.state() == Event.SessionChanged.State.PENDING;
                if (is("throws") && account
                        || is("begin-needed") && ended && seen.size() == 1
                        || is("full") && seen.size() > 500
                        || is("ready-only") && pending
                        || laterKind(event)) {
                    throw new IllegalStateException("not this: " + event);
                }
            };
        }

        private static boolean laterKind(Event event) {
            return is("no-functions") && event instanceof Event.FunctionChanged
                    || is("no-tasks") && event instanceof Event.TaskChanged;
        }
    }
}
