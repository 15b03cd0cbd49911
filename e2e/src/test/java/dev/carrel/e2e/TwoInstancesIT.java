/* Copyright the Carrel authors. */
package dev.carrel.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Two whole installations that share a PostgreSQL and are one site behind a balancer: a person's session runs on the first, and they come in by the second's
 * door. On one machine they differ from two machines in their Docker, which both use, each with a network of its own. The steps build on one another.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TwoInstancesIT {
    private static final String PASSWORD = "ada's long pass phrase";
    private final List<AutoCloseable> open = new ArrayList<>();
    private Balancer balancer;
    private Carrel one;
    private Carrel two;
    private Api ada;
    private Page page;
    private Evidence evidence;

    @RegisterExtension
    final AfterTestExecutionCallback telling =
            context -> context.getExecutionException().ifPresent(failure -> {
                evidence.tell(one, context.getDisplayName(), failure);
                System.out.println("--- the second instance" + two.logs());
            });

    @BeforeAll
    void start() throws Exception {
        balancer = opened(new Balancer());
        Pair pair = opened(
                Pair.of(Carrel.prepared().behind(balancer), Carrel.prepared().behind(balancer)));
        one = pair.one();
        two = pair.two();
        one.addUser("admin", "the admin's pass phrase", true);
        one.addUser("ada", PASSWORD, false);
        pair.start();
        balancer.leadTo(one.port());
        ada = new Api(one, one.token("ada"));
        page = opened(new Browser()).person().newPage();
        evidence = new Evidence(page);
    }

    private <T extends AutoCloseable> T opened(T one) {
        open.add(one);
        return one;
    }

    @AfterAll
    void stop() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
    }

    private String lab() {
        return one.origin("ada--main") + "/user/ada/lab";
    }

    @Test
    @Order(1)
    void aSessionOfTheFirstIsReachedByAProgramAtTheDoorOfTheSecond() throws Exception {
        ada.startServer("ada");
        assertThat(one.containers()).hasSize(1);

        balancer.leadTo(two.port());

        assertThat(ada.get("/user/ada/api").status()).isEqualTo(200);
        try (Kernel kernel = Kernel.start(one, ada, "ada")) {
            assertThat(kernel.run("print(6 * 7)")).isEqualTo("42");
        }
        assertThat(two.containers()).isEmpty();
    }

    @Test
    @Order(2)
    void aPersonSignsInAtTheSecondAndWorksInTheirSessionOnTheFirst() {
        Browser.signIn(page, two.url(), "ada", PASSWORD);
        page.navigate(lab());
        page.locator(".jp-Launcher, .jp-Notebook").first().waitFor();

        assertThat(PageKernel.open(page, "ada").run("print(6 * 7)")).isEqualTo("42");
        assertThat(page.locator("carrel-banner .banner")).hasCount(0);
    }

    @Test
    @Order(3)
    void whatIsStoppedAndStartedByTheSecondRunsOnTheFirstWhereTheHomeIs() {
        String before = ada.server("ada").path("id").asText();

        assertThat(ada.delete("/hub/api/users/ada/server").status()).isIn(202, 204);
        ada.startServer("ada");

        assertThat(ada.server("ada").path("id").asText()).isNotEqualTo(before);
        assertThat(one.containers()).hasSize(1);
        assertThat(two.containers()).isEmpty();
        assertThat(ada.get("/user/ada/api").status()).isEqualTo(200);
    }

    @Test
    @Order(4)
    void whileTheRouterOfTheFirstIsAwayThePageSaysSoAndThenItGoesOn() throws Exception {
        page.navigate(lab());
        page.locator(".jp-Launcher, .jp-Notebook").first().waitFor();

        one.kill("router");

        Response away = page.navigate(lab());
        assertThat(away.status()).isEqualTo(502);
        assertThat(page.locator("h1")).hasText("The session's machine does not answer");
        Browser.screenshot(page, "notice-instance-away");
        TreeSet<String> codes = new TreeSet<>();
        Awaitility.await().atMost(Carrel.seconds(60)).until(() -> {
            Api.Answer answer = ada.get("/user/ada/api");
            if (answer.status() != 200) {
                codes.add(answer.status() + " " + answer.json().path("error").asText());
            }
            return answer.status() == 200;
        });
        System.out.println("while the other router was away: " + codes);
        assertThat(Stream.of("502 instance.unreachable", "502 instance.broke-off", "503 instance.not-there"))
                .containsAll(codes);
        // The notice looks again by itself.
        page.locator(".jp-Launcher, .jp-Notebook").first().waitFor();
        assertThat(PageKernel.open(page, "ada").run("print('on it goes')")).isEqualTo("on it goes");
    }
}
