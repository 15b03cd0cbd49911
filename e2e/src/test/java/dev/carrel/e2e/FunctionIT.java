/* Copyright the Carrel authors. */
package dev.carrel.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Code that is published and called, with real containers: by REST, from a notebook in the browser, while things break. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FunctionIT {
    private static final String NOTEBOOK = """
            {"type": "notebook", "content": {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [
              {"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [], "source": "print('not this')"},
              {"cell_type": "code", "id": "b", "metadata": {"tags": ["export"]}, "execution_count": null, "outputs": [],
               "source": "def greet(name, greeting='Hello'):\\n    print('greeting', name)\\n    return f'{greeting}, {name}!'"}]}}""";

    private Carrel carrel;
    private String token;
    private Api alice;
    private Api bob;
    private Api nobody;

    @RegisterExtension
    final AfterTestExecutionCallback telling = context -> {
        if (context.getExecutionException().isPresent()) {
            System.out.println(context.getDisplayName() + " failed" + carrel.logs());
        }
    };

    @BeforeAll
    void start() {
        carrel = Carrel.prepared();
        carrel.succeed("setup");
        carrel.addUser("alice", "alice's long pass phrase", false);
        carrel.addUser("bob", "bob's long pass phrase", false);
        carrel.start();
        token = carrel.token("alice");
        alice = new Api(carrel, token);
        bob = new Api(carrel, carrel.token("bob"));
        nobody = new Api(carrel, "");
    }

    @AfterAll
    void stop() {
        carrel.close();
    }

    private void publish(String name, String code, Map<String, Object> more) {
        ObjectNode spec = Carrel.JSON.createObjectNode().put("code", code);
        more.forEach((field, value) -> spec.set(field, Carrel.JSON.valueToTree(value)));
        Api.Answer answer = alice.send("PUT", "/hub/api/functions/alice/" + name, spec.toString());
        assertThat(answer.status()).as(answer.body()).isIn(200, 201);
    }

    private List<String> workers() {
        return Carrel.docker(
                        "ps",
                        "-q",
                        "--filter",
                        "label=dev.carrel.install=" + carrel.installId(),
                        "--filter",
                        "label=dev.carrel.worker")
                .lines()
                .toList();
    }

    /** A figure of a function, of all its versions together. */
    private int sum(String function, String figure) {
        Api.Answer stats = alice.get("/hub/api/functions/alice/" + function + "/stats");
        assertThat(stats.status()).as(stats.body()).isEqualTo(200);
        int sum = 0;
        for (JsonNode version : stats.json().path("versions")) {
            sum += version.path(figure).asInt();
        }
        return sum;
    }

    @Test
    void theSmallestDeployAnswersAtItsUrl() {
        Api.Answer deployed = alice.send("PUT", "/hub/api/functions/alice/calc", """
                {"runtime":"python3","code":"def add(a,b):\\n  return float(a)+float(b)","handlers":["add"],"visibility":"public"}""");
        assertThat(deployed.status()).as(deployed.body()).isEqualTo(201);

        Api.Answer sum = nobody.get("/function/calc.alice/add/1/2");

        assertThat(sum.status()).as(sum.body()).isEqualTo(200);
        assertThat(sum.body()).isEqualTo("3.0");
        assertThat(nobody.get("/function/calc.alice?a=2&b=3").body()).isEqualTo("5.0");
        assertThat(nobody.post("/function/calc.alice/add", "{\"args\":[4],\"kwargs\":{\"b\":5}}")
                        .body())
                .isEqualTo("9.0");
    }

    @Test
    void anyProgramServes() {
        publish("words", "#!/bin/sh\necho $# words, first $1", Map.of("runtime", "executable", "visibility", "public"));

        Api.Answer answer = nobody.get("/function/words.alice/main/one/two");

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body().strip()).isEqualTo("2 words, first one");
    }

    @Test
    void juliaServes() {
        publish("shapes", """
                using LinearAlgebra
                area(w, h; unit="m") = (println("area of ", w); string(parse(Float64, w) * parse(Float64, h), " ", unit, "²"))
                norms(rows) = [norm(row) for row in rows]
                fails() = error("not today")
                steps(n) = Channel(c -> foreach(i -> put!(c, (step=i,)), 1:parse(Int, n)))
                """, Map.of("runtime", "julia", "visibility", "public"));

        Api.Answer area = nobody.get("/function/shapes.alice/area/2/3?unit=cm");
        assertThat(area.status()).as(area.body()).isEqualTo(200);
        assertThat(area.body()).isEqualTo("6.0 cm²");
        assertThat(nobody.post("/function/shapes.alice/norms", "{\"args\":[[[3,4],[0,1.5]]]}")
                        .body())
                .isEqualTo("[5.0,1.5]");
        assertThat(nobody.get("/function/shapes.alice/steps/2").body()).isEqualTo("{\"step\":1}\n{\"step\":2}\n");

        Api.Answer raised = alice.get("/function/shapes.alice/fails");
        assertThat(raised.status()).as(raised.body()).isEqualTo(422);
        assertThat(raised.json().path("message").asText()).isEqualTo("ErrorException: not today");
        assertThat(raised.json().path("traceback").asText()).contains("fails", "function.jl:4");
        assertThat(nobody.get("/function/shapes.alice/area/2").status()).isEqualTo(400);
        assertThat(alice.get("/hub/api/functions/alice/shapes/logs").body()).contains("area of 2");
    }

    @Test
    void whoMayCallIsForItsOwnerToSay() {
        publish("own", "def f(): return 'mine'", Map.of());
        assertThat(alice.get("/function/own.alice").body()).isEqualTo("mine");
        assertThat(nobody.get("/function/own.alice").status()).isIn(401, 404);
        assertThat(bob.get("/function/own.alice").status()).isIn(403, 404);

        publish("shared", "def f(): return 'ours'", Map.of("visibility", "users", "users", List.of("bob")));
        assertThat(bob.get("/function/shared.alice").body()).isEqualTo("ours");
        assertThat(nobody.get("/function/shared.alice").status()).isIn(401, 404);

        assertThat(bob.send("PUT", "/hub/api/functions/alice/own", "{\"code\":\"def f(): pass\"}")
                        .status())
                .isIn(403, 404);
    }

    @Test
    void whatGoesWrongIsSaid() {
        publish("faulty", """
                import os, time
                def divide(a, b): return float(a) / float(b)
                def die(): os._exit(3)
                def sleep(): time.sleep(60)
                """, Map.of("visibility", "public", "timeout", 2));
        assertThat(nobody.get("/function/faulty.alice/divide/1/2").body()).isEqualTo("0.5");

        Api.Answer raised = alice.get("/function/faulty.alice/divide/1/0");
        assertThat(raised.status()).as(raised.body()).isEqualTo(422);
        assertThat(raised.json().path("message").asText()).contains("ZeroDivisionError");
        assertThat(raised.json().path("traceback").asText()).contains("divide");
        assertThat(nobody.get("/function/faulty.alice/divide/1/0").json().has("traceback"))
                .as("a stranger sees a traceback")
                .isFalse();

        assertThat(nobody.get("/function/faulty.alice/divide/1").status()).isEqualTo(400);
        assertThat(nobody.get("/function/faulty.alice/multiply/1").status()).isEqualTo(404);
        assertThat(nobody.get("/function/nothing.alice").status()).isEqualTo(404);

        Api.Answer died = nobody.get("/function/faulty.alice/die");
        assertThat(died.status()).as(died.body()).isEqualTo(502);
        Api.Answer late = nobody.get("/function/faulty.alice/sleep");
        assertThat(late.status()).as(late.body()).isEqualTo(504);
        // Both workers are gone; another one serves.
        assertThat(nobody.get("/function/faulty.alice/divide/1/2").body()).isEqualTo("0.5");
    }

    @Test
    void codeThatCannotBeLoadedIsToldToItsOwner() {
        publish("broken", "def f(:\n", Map.of("visibility", "public"));

        Api.Answer answer = alice.get("/function/broken.alice");

        assertThat(answer.status()).as(answer.body()).isEqualTo(503);
        assertThat(answer.body()).contains("SyntaxError");
        assertThat(nobody.get("/function/broken.alice").body())
                .as("what a stranger sees")
                .doesNotContain("SyntaxError");
    }

    @Test
    void versionsSwitchUnderLoadWithoutAFailedCall() throws Exception {
        publish("version", "def f(): return 1", Map.of("visibility", "public", "min_workers", 1));
        assertThat(nobody.get("/function/version.alice").body()).isEqualTo("1");
        AtomicBoolean enough = new AtomicBoolean();
        List<CompletableFuture<List<Api.Answer>>> callers = IntStream.range(0, 4)
                .mapToObj(_ -> CompletableFuture.supplyAsync(() -> {
                    List<Api.Answer> answers = new ArrayList<>();
                    while (!enough.get()) {
                        answers.add(nobody.get("/function/version.alice"));
                    }
                    return answers;
                }))
                .toList();

        publish("version", "def f(): return 2", Map.of("visibility", "public", "min_workers", 1));
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .untilAsserted(() ->
                        assertThat(nobody.get("/function/version.alice").body()).isEqualTo("2"));
        Api.Answer back = alice.post("/hub/api/functions/alice/version/rollback", "");
        assertThat(back.status()).as(back.body()).isEqualTo(200);
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .untilAsserted(() ->
                        assertThat(nobody.get("/function/version.alice").body()).isEqualTo("1"));
        enough.set(true);

        for (CompletableFuture<List<Api.Answer>> caller : callers) {
            assertThat(caller.get()).isNotEmpty().allSatisfy(answer -> {
                assertThat(answer.status()).as(answer.body()).isEqualTo(200);
                assertThat(answer.body()).isIn("1", "2");
            });
        }
        alice.delete("/hub/api/functions/alice/version");
    }

    @Test
    void nobodyCallsAndNobodyIsKept() {
        publish("brief", "def f(): return 'here'", Map.of("visibility", "public", "idle", "1s"));
        assertThat(nobody.get("/function/brief.alice").body()).isEqualTo("here");
        assertThat(workers()).isNotEmpty();

        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(sum("brief", "workers")).isZero());

        assertThat(nobody.get("/function/brief.alice").body()).isEqualTo("here");
    }

    @Test
    void whenTheEngineIsKilledEveryCallerHasAnAnswerAndNoWorkerIsLeftBehind() throws Exception {
        publish(
                "slow",
                "import time\ndef f():\n  time.sleep(1)\n  return 'done'",
                Map.of("visibility", "public", "max_workers", 2));
        assertThat(nobody.get("/function/slow.alice").body()).isEqualTo("done");
        List<String> before = workers();
        List<CompletableFuture<Api.Answer>> calls = IntStream.range(0, 6)
                .mapToObj(_ -> CompletableFuture.supplyAsync(() -> nobody.get("/function/slow.alice")))
                .toList();
        Awaitility.await().until(() -> sum("slow", "running") > 0);

        carrel.kill("engine");

        for (CompletableFuture<Api.Answer> call : calls) {
            assertThat(call.get().status()).as(call.get().body()).isIn(200, 502, 503);
        }
        Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            Api.Answer again = nobody.get("/function/slow.alice");
            assertThat(again.status()).as(again.body()).isEqualTo(200);
        });
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(workers()).doesNotContainAnyElementsOf(before));
    }

    @Test
    void whenTheManagerIsKilledCallsUnderWayAndLaterOnesAreAnswered() throws Exception {
        publish(
                "steady",
                "import time\ndef f():\n  time.sleep(1)\n  return 'done'",
                Map.of("visibility", "public", "min_workers", 1, "max_workers", 2));
        assertThat(nobody.get("/function/steady.alice").body()).isEqualTo("done");
        CompletableFuture<Api.Answer> call = CompletableFuture.supplyAsync(() -> nobody.get("/function/steady.alice"));
        Awaitility.await().until(() -> sum("steady", "running") > 0);

        carrel.kill("manager");

        assertThat(call.get().body()).isEqualTo("done");
        assertThat(nobody.get("/function/steady.alice").body()).isEqualTo("done");
    }

    @Test
    void theCommandLineDeploysListsInvokesRollsBackAndDeletes(@TempDir Path folder) throws Exception {
        Path program = folder.resolve("cli.py");
        Files.writeString(program, "def double(x):\n  print('doubling', x)\n  return 2 * float(x)\n");
        assertThat(function("deploy", program.toString(), "--handlers", "double"))
                .contains("/function/cli.alice");
        assertThat(function("invoke", "cli", "double", "4").strip()).isEqualTo("8.0");
        Files.writeString(program, "def double(x):\n  return 'two times ' + x\n");
        function("deploy", program.toString(), "--handlers", "double");
        assertThat(function("invoke", "cli", "double", "4").strip()).isEqualTo("two times 4");

        function("rollback", "cli");

        assertThat(function("invoke", "cli", "double", "4").strip()).isEqualTo("8.0");
        assertThat(function("list")).contains("cli");
        assertThat(function("versions", "cli").lines().filter(l -> l.matches("\\W*[12]\\b.*")))
                .hasSize(2);
        assertThat(function("logs", "cli")).contains("doubling 4");
        function("delete", "cli");
        assertThat(alice.get("/hub/api/functions/alice/cli").status()).isEqualTo(404);
    }

    /** What a command of {@code carrel function} prints, which must succeed. */
    private String function(String... arguments) {
        List<String> command = new ArrayList<>(List.of(carrel.program(), "function"));
        command.addAll(List.of(arguments));
        Carrel.Ran ran = Carrel.exec("", Map.of("CARREL_URL", carrel.url(), "CARREL_API_TOKEN", token), command);
        assertThat(ran.status()).as("%s: %s", command, ran.all()).isZero();
        return ran.out();
    }

    @Test
    void secretsReachTheCodeAndNobodyElse() {
        publish(
                "secretive",
                "import os\ndef f(): return str(len(os.environ['API_KEY']))\ndef g(): return sorted(os.environ)",
                Map.of("secrets", Map.of("API_KEY", "canary-0123456789")));

        assertThat(alice.get("/function/secretive.alice/f").body()).isEqualTo("17");
        assertThat(alice.get("/function/secretive.alice/g").body()).doesNotContain("CARREL_TOKEN");

        assertThat(alice.get("/hub/api/functions/alice/secretive").body())
                .contains("API_KEY")
                .doesNotContain("canary");
        assertThat(Carrel.docker("inspect", workers().getFirst())).doesNotContain("canary");
    }

    @Test
    void aCellOfANotebookBecomesAUrl() {
        alice.startServer("alice");
        Api.Answer saved = alice.send("PUT", "/user/alice/api/contents/Work.ipynb", NOTEBOOK);
        assertThat(saved.status()).as(saved.body()).isEqualTo(201);
        try (Browser browser = new Browser()) {
            Page page = browser.signedIn(carrel, "alice", "alice's long pass phrase");
            page.navigate(carrel.url() + "/hub/functions");

            page.locator("input[name=name]").fill("hello");
            page.locator("textarea[name=code]").fill("");
            page.locator("input[name=notebook]").fill("Work.ipynb");
            page.locator("select[name=visibility]").selectOption("public");
            Browser.screenshot(page, "functions-form");
            button(page, "Publish").click();

            page.waitForURL("**/hub/functions/hello");
            page.locator("textarea[name=arguments]").fill("Ada");
            button(page, "Call").click();
            assertThat(page.locator(".answer pre").textContent()).isEqualTo("Hello, Ada!");
            assertThat(page.locator(".log pre").first().textContent()).contains("greeting Ada");
            Browser.screenshot(page, "function");

            page.locator("textarea[name=arguments]").fill("Zoë");
            button(page, "Call without waiting").click();
            page.waitForURL("**/hub/functions/hello?call=*");
            Locator result = page.locator("#later .answer");
            Awaitility.await().pollInSameThread().atMost(Duration.ofSeconds(30)).until(() -> {
                if (result.locator("pre").count() == 0) {
                    page.locator("#later .answer a").click();
                }
                return result.locator("pre").count() == 1;
            });
            assertThat(result.locator("pre").textContent()).isEqualTo("Hello, Zoë!");
            assertThat(page.locator("#later .badge.ready").count()).isEqualTo(1);
            Browser.screenshot(page, "function-later");

            Carrel.Ran curl = Carrel.exec(
                    "",
                    Map.of(),
                    List.of("curl", "-sS", page.locator("#curl").inputValue().replaceFirst("^curl ", "")));
            assertThat(curl.status()).as(curl.all()).isZero();
            Carrel.Ran called = Carrel.exec(
                    "",
                    Map.of(),
                    List.of("curl", "-sS", carrel.url() + "/function/hello.alice/greet/Bob?greeting=Bye"));
            assertThat(called.out()).as(called.all()).isEqualTo("Bye, Bob!");
        }
    }

    @Test
    void aFunctionOfACellPublishesItselfAndWhatItUses() throws Exception {
        bob.startServer("bob");
        try (Kernel kernel = Kernel.start(carrel, bob, "bob")) {
            kernel.run("import math as m\nRATE = 3");
            kernel.run("def scaled(x):\n    return m.sqrt(x) * RATE");
            String said = kernel.run("""
                    from carrel import function
                    @function(visibility="public")
                    def roots(*numbers):
                        return [scaled(float(n)) for n in numbers]
                    print(roots(4), roots.remote(4, 9), roots.url, sep="\\n")
                    """);

            assertThat(said.lines()).containsExactly("[6.0]", "[6.0, 9.0]", carrel.url() + "/function/roots.bob/roots");
            assertThat(nobody.get("/function/roots.bob/roots/16/25").body()).isEqualTo("[12.0,15.0]");
            assertThat(kernel.run("""
                    from carrel import CarrelError
                    table = object()
                    def size():
                        return table
                    try:
                        function(size)
                    except CarrelError as refused:
                        print(refused)
                    """)).startsWith("size uses table, a object, which cannot be taken along");
        }
    }

    private static Locator button(Page page, String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }
}
