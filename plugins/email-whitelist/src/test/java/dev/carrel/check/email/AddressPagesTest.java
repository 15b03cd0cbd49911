/* Copyright the Carrel authors. */
package dev.carrel.check.email;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.plugin.Mailer;
import dev.carrel.plugin.PluginException;
import dev.carrel.plugin.SignInAttempt;
import dev.carrel.plugin.SignInDecision;
import dev.carrel.plugin.SignInOutcome;
import dev.carrel.plugin.SignInRequest;
import dev.carrel.plugin.Site;
import dev.carrel.plugin.table.DatabaseException;
import dev.carrel.plugin.table.Query;
import dev.carrel.plugin.testkit.FakeDatabase;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Somebody whose address is not listed names one that is, and proves by a mail that it is theirs. */
class AddressPagesTest {
    private static final Pattern CODE = Pattern.compile("/verify\\?code=([A-Za-z0-9_-]{43})\n");
    private static final EmailSettings SETTINGS = new EmailSettings(
            List.of("julia.org", ".lab.example"), true, false, false, "Not <listed>.", true, Duration.ofHours(1), 3);

    private final FakeDatabase database = new FakeDatabase();
    private final FakeMailer mailer = new FakeMailer();
    private final Set<String> features = new HashSet<>(Set.of("database", "mail"));
    private Instant now = Instant.parse("2026-03-08T12:00:00Z");
    private final Clock clock = ((InstantSource) () -> now).withZone(ZoneOffset.UTC);
    private final Codes codes = new Codes(database, SETTINGS, clock);
    private final AddressPages pages = new AddressPages(
            codes,
            new AllowedAddresses(SETTINGS.allowed()),
            SETTINGS,
            mailer,
            new Site(URI.create("https://lab.example.org"), false),
            LoggerFactory.getLogger("plugin.email-whitelist"));

    private SignInDecision comes(List<String> allowed, String subject, String user) {
        return new EmailCheck(SETTINGS, new AllowedAddresses(allowed), new StoredProofs(codes, features::contains))
                .check(new SignInAttempt(
                        "auth-oidc",
                        subject,
                        user,
                        Optional.of("x@elsewhere.example"),
                        true,
                        "",
                        Set.of(),
                        false,
                        true,
                        false,
                        "192.0.2.1"));
    }

    private SignInDecision comes(String user) {
        return comes(SETTINGS.allowed(), "s-" + user, user);
    }

    /** What the check gives the browser of somebody. */
    private String state(String user) {
        return ((SignInDecision.GoOn) comes(user)).state();
    }

    private SignInOutcome ask(String method, String path, String state, String field, String value) {
        Map<String, List<String>> values = new HashMap<>();
        if (!field.isEmpty()) {
            values.put(field, List.of(value));
        }
        boolean post = method.equals("POST");
        return pages.handle(new SignInRequest(
                method,
                path,
                post ? Map.of() : values,
                post ? values : Map.of(),
                Map.of(),
                "192.0.2.1",
                Optional.empty(),
                URI.create("https://lab.example.org/hub/auth/email-whitelist"),
                state,
                "t<k"));
    }

    private static SignInOutcome.Page page(SignInOutcome outcome) {
        assertThat(outcome).isInstanceOf(SignInOutcome.Page.class);
        return (SignInOutcome.Page) outcome;
    }

    private SignInOutcome.Page send(String user, String address) {
        return page(ask("POST", "/send", state(user), "email", address));
    }

    /** The code of the latest mail. */
    private String mailed() {
        Matcher code = CODE.matcher(mailer.sent.getLast().text());
        assertThat(code.find()).isTrue();
        return code.group(1);
    }

    private SignInOutcome verify(String state, String code) {
        return ask("POST", "/verify", state, "code", code);
    }

    @Test
    void whoProvesAListedAddressIsIn() {
        assertThat(comes("zoë"))
                .isInstanceOfSatisfying(
                        SignInDecision.GoOn.class, go -> assertThat(go.path()).isEqualTo("/address"));
        assertThat(send("zoë", " X@Julia.org ").title()).isEqualTo("Look into your mail");
        assertThat(mailer.sent).singleElement().satisfies(mail -> {
            assertThat(mail.to()).containsExactly(Mailer.Address.of("x@julia.org"));
            assertThat(mail.text()).contains("as \"zoë\" says that this address is theirs");
        });

        String code = mailed();
        assertThat(page(ask("GET", "/verify", state("zoë"), "code", code)).html())
                .contains("<strong>x@julia.org</strong> is to be the address of <span class=\"name\">zoë</span>");
        assertThat(comes("zoë")).isInstanceOf(SignInDecision.GoOn.class);
        assertThat(page(verify(state("zoë"), code)).title()).isEqualTo("The address is yours");

        assertThat(comes("zoë")).isEqualTo(SignInDecision.ALLOW);
    }

    @Test
    void aCodeIsForThePersonWhoAskedForItAlone() {
        send("mallory", "victim@julia.org");
        String code = mailed();

        // In the browser of the one who reads the mail, signed in or not, the link does nothing.
        assertThat(page(verify("", code)).title()).isEqualTo("Sign in first");
        assertThat(verify(state("victim"), code)).isInstanceOf(SignInOutcome.Refused.class);
        assertThat(ask("GET", "/verify", state("victim"), "code", code)).isInstanceOf(SignInOutcome.Refused.class);
        assertThat(comes("mallory")).isInstanceOf(SignInDecision.GoOn.class);
        assertThat(comes("victim")).isInstanceOf(SignInDecision.GoOn.class);
    }

    @Test
    void whoWouldLikeTheSameNameIsSomebodyElse() {
        send("ada", "ada@julia.org");
        verify(state("ada"), mailed());

        assertThat(comes("ada")).isEqualTo(SignInDecision.ALLOW);
        assertThat(comes(SETTINGS.allowed(), "another", "ada")).isInstanceOf(SignInDecision.GoOn.class);
    }

    @Test
    void aCodeWorksOnce() throws Exception {
        send("ada", "ada@julia.org");
        String state = state("ada");
        String code = mailed();
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            Callable<SignInOutcome> using = () -> verify(state, code);
            int done = 0;
            for (Future<SignInOutcome> used : threads.invokeAll(Collections.nCopies(30, using))) {
                done += used.get() instanceof SignInOutcome.Page ? 1 : 0;
            }
            assertThat(done).isEqualTo(1);
        }
    }

    @Test
    void aCodeIsOverAfterItsTime() {
        send("ada", "ada@julia.org");
        now = now.plus(Duration.ofHours(1));

        assertThat(verify(state("ada"), mailed())).isInstanceOf(SignInOutcome.Refused.class);
    }

    @Test
    void noCodeIsStoredThatCouldBeUsed() {
        send("ada", "ada@julia.org");

        assertThat(database.open(CodeRow.class).query(Query.all()).rows())
                .singleElement()
                .satisfies(row -> assertThat(row.toString()).doesNotContain(mailed()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x@notjulia.org",
                "x@julia.org.evil.example",
                "x@sub.julia.org",
                "x@lab.example",
                "x@notlab.example",
                "a@evil.example,b@julia.org",
                "\"x@evil.example\"@julia.org",
                "julia.org",
                ""
            })
    void anAddressThatIsNotListedGetsNoMail(String address) {
        assertThat(send("ada", address).html()).contains("is not among the addresses that may use this site.");
        assertThat(mailer.sent).isEmpty();
    }

    @Test
    void whatIsTypedStaysText() {
        SignInOutcome.Page shown = send("<b>ada</b>", "\"><script>alert(1)</script>@julia.org");

        assertThat(shown.html())
                .contains("&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;@julia.org")
                .contains("&lt;b&gt;ada&lt;/b&gt;", "Not &lt;listed&gt;.", "value=\"t&lt;k\"")
                .doesNotContain("<script>", "<b>");
    }

    @Test
    void aPersonGetsOnlySoManyMailsInAnHour() {
        for (int i = 0; i < 3; i++) {
            send("ada", "a" + i + "@julia.org");
        }
        assertThat(send("ada", "a3@julia.org").html()).contains("Too many mails have been sent");
        assertThat(mailer.sent).hasSize(3);

        now = now.plus(Duration.ofHours(1));
        send("ada", "a3@julia.org");
        assertThat(mailer.sent).hasSize(4);
    }

    @Test
    void anAddressGetsOnlySoManyMailsInAnHourWhoeverAsks() {
        for (int i = 0; i < 4; i++) {
            send("u" + i, "Victim@julia.org");
        }

        assertThat(mailer.sent).hasSize(3);
    }

    @Test
    void whatTheMailerSaysIsToldPlainlyAndNotInFull() {
        mailer.failures.add(PluginException.temporary(
                Mailer.DOWN, PluginException.Blame.EXTERNAL, Duration.ZERO, "smtp.inside:25 refused", null));
        assertThat(send("ada", "ada@julia.org").html())
                .contains("The mail cannot be sent just now.")
                .doesNotContain("smtp.inside");
        mailer.failures.add(
                PluginException.permanent(Mailer.REFUSED, PluginException.Blame.USER, "no such mailbox", null));
        assertThat(send("ada", "ada@julia.org").html()).contains("was not taken");
    }

    @Test
    void anAddressThatIsNoLongerListedCountsNoLonger() {
        send("ada", "ada@julia.org");
        verify(state("ada"), mailed());

        assertThat(comes(List.of("other.example"), "s-ada", "ada")).isInstanceOf(SignInDecision.GoOn.class);
    }

    @Test
    void withoutAMailerThoseWhoHaveProvenTheirAddressStayInAndOthersAreRefused() {
        send("ada", "ada@julia.org");
        verify(state("ada"), mailed());
        features.remove("mail");

        assertThat(comes("ada")).isEqualTo(SignInDecision.ALLOW);
        assertThat(comes("bob")).isEqualTo(new SignInDecision.Refuse("Not <listed>."));
        features.remove("database");
        database.down(true);
        assertThat(comes("bob")).isEqualTo(new SignInDecision.Refuse("Not <listed>."));
    }

    @Test
    void whenTheDatabaseIsDownNobodyIsLetInByMistake() {
        database.down(true);

        assertThatThrownBy(() -> comes("ada")).isInstanceOf(DatabaseException.class);
    }

    @Test
    void oldCodesAreForgotten() {
        send("ada", "ada@julia.org");
        new Cleaning(codes, features::contains).run();
        assertThat(database.open(CodeRow.class).count(Query.all())).isEqualTo(1);

        now = now.plus(Duration.ofHours(25)).plusSeconds(1);
        new Cleaning(codes, features::contains).run();

        assertThat(database.open(CodeRow.class).count(Query.all())).isZero();
    }

    @Test
    void nothingElseIsThere() {
        assertThat(ask("GET", "/send", state("ada"), "", "")).isInstanceOf(SignInOutcome.Refused.class);
        assertThat(ask("POST", "/address", state("ada"), "", "")).isInstanceOf(SignInOutcome.Refused.class);
        assertThat(page(ask("GET", "/address", "", "", "")).title()).isEqualTo("Sign in first");
    }
}
