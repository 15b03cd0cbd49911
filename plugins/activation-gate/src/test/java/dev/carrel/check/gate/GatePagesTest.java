/* Copyright the Carrel authors. */
package dev.carrel.check.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.plugin.PluginRequest;
import dev.carrel.plugin.PluginResponse;
import dev.carrel.plugin.RequestHandler;
import dev.carrel.plugin.SignInOutcome;
import dev.carrel.plugin.SignInRequest;
import dev.carrel.plugin.UiSection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/** What people in the queue read, and what administrators see and do. */
class GatePagesTest {
    private final Rig rig = new Rig(Mode.HOLD, 60, 10);
    private final QueuePage page = new QueuePage(rig.gate, rig.settings.message(), () -> rig.mails);
    private final GateActions actions = new GateActions(rig.gate, LoggerFactory.getLogger("plugin.activation-gate"));

    private SignInOutcome.Page page(String state) {
        SignInRequest request = new SignInRequest(
                "GET",
                "/queue",
                Map.of(),
                Map.of(),
                Map.of(),
                "192.0.2.1",
                Optional.empty(),
                URI.create("https://lab.example.org/hub/auth/activation-gate"),
                state,
                "x");
        return (SignInOutcome.Page) page.handle(request);
    }

    private PluginResponse post(String path, String form) {
        return actions.handle(new PluginRequest(
                "POST", path, Map.of(), Map.of(), form.getBytes(StandardCharsets.UTF_8), Optional.of("root"), true));
    }

    private String section() {
        return new GateSection(rig.gate, rig.settings).html(new UiSection.Viewer("root", true, "t<k"));
    }

    @Test
    void whoWaitsReadsTheirPlaceAndWhetherAMailComes() {
        rig.comes("ada");
        rig.later(Duration.ofMinutes(1));
        rig.comes("<bob>");

        SignInOutcome.Page shown = page(QueuePage.state("<bob>"));

        assertThat(shown.title()).isEqualTo("You are in the queue");
        assertThat(shown.html())
                .contains("Step &lt;by&gt; step.")
                .contains("as <span class=\"name\">&lt;bob&gt;</span>: <strong>2</strong>")
                .contains("a mail to <strong>&lt;bob&gt;@example.org</strong> tells you");
        assertThat(shown.state()).isEqualTo(QueuePage.state("<bob>"));
        rig.mails = false;
        assertThat(page(QueuePage.state("ada")).html())
                .contains("<strong>1</strong>", "Come back later and sign in again");
    }

    @Test
    void whoseTurnItIsIsToldSo() {
        rig.comes("zoë");
        rig.gate.let("zoë");

        assertThat(page(QueuePage.state("zoë")).title()).isEqualTo("It is your turn");
        rig.gate.hold("zoë");
        assertThat(page(QueuePage.state("zoë")).title()).isEqualTo("On hold");
    }

    @Test
    void whoHasNotSignedInSeesNobodysPlace() {
        rig.comes("ada");

        assertThat(page("").html()).contains("Sign in once more").doesNotContain("ada");
    }

    @Test
    void theSectionShowsTheGateAndTheQueueAndKeepsTextText() {
        rig.comes("<script>alert(1)</script>");
        rig.comes("bob");
        rig.gate.hold("bob");

        assertThat(section())
                .contains("<strong>On hold</strong>: new people wait until you let them in. As the settings say.")
                .contains("<span>0 let in within the last hour</span> <span>1 waiting</span> <span>1 on hold</span>")
                .contains("<td>&lt;script&gt;alert(1)&lt;/script&gt;</td><td>auth-oidc</td>")
                .contains("name=\"_xsrf\" value=\"t&lt;k\"")
                .contains("Back into the queue")
                .doesNotContain("<script>");
    }

    @Test
    void administratorsOpenAndCloseTheGateAndPickPeople() {
        rig.comes("a&b=c");

        PluginResponse answer = post("/door", "_xsrf=x&mode=automatic");
        assertThat(answer.status()).isEqualTo(303);
        assertThat(answer.headers()).containsEntry("Location", "/hub/admin");
        assertThat(rig.gate.view().mode()).isEqualTo(Mode.AUTOMATIC);
        assertThat(section()).contains("An administrator has chosen so; the settings say: hold.");

        post("/hold", "account=a%26b%3Dc");
        assertThat(rig.state("a&b=c")).isEqualTo("HELD NONE");
        post("/release", "account=a%26b%3Dc");
        assertThat(rig.state("a&b=c")).isEqualTo("WAITING NONE");
        post("/activate", "account=+a%26b%3Dc");
        assertThat(rig.state("a&b=c")).isEqualTo("ACTIVE DUE");

        post("/door", "mode=settings");
        assertThat(rig.gate.view().chosen()).isNull();
        assertThat(actions.access()).isEqualTo(RequestHandler.Access.ADMINISTRATOR);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /window   | mode=open   | 404 | path: "/window" (expected: /door, /activate, /hold or /release)
            /door     | mode=ajar   | 400 | mode: "ajar" (expected: open, hold, automatic or settings)
            /door     | other=1     | 400 | mode: "" (expected: open, hold, automatic or settings)
            /activate | account=+   | 400 | account: 0 characters (expected: the name of an account, 1 to 255 bytes)
            /hold     | account=%00 | 400 | account: 1 characters (expected: the name of an account, 1 to 255 bytes)
            """)
    void badInputIsNamed(String path, String form, int status, String message) {
        PluginResponse answer = post(path, form);

        assertThat(answer.status()).isEqualTo(status);
        assertThat(new String(answer.body(), StandardCharsets.UTF_8)).isEqualTo(message + "\n");
    }

    @Test
    void nothingIsDoneByLooking() {
        PluginResponse answer = actions.handle(
                new PluginRequest("GET", "/activate", Map.of(), Map.of(), new byte[0], Optional.of("root"), true));

        assertThat(answer.status()).isEqualTo(405);
    }
}
