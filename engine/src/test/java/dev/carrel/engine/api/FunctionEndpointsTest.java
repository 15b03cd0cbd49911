/* Copyright the Carrel authors. */
package dev.carrel.engine.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.carrel.engine.signin.AuditEvent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FunctionEndpointsTest {
    private static final String ALL = "/hub/api/functions";
    private static final String CALC = ALL + "/ada/calc";
    private static final String SMALLEST =
            "{\"runtime\":\"python3\",\"code\":\"def add(a,b):\\n  return float(a)+float(b)\",\"handlers\":[\"add\"],\"visibility\":\"public\"}";

    @TempDir
    Path folder;

    private ApiRig rig;
    private ApiClient ada;

    @BeforeEach
    void open() throws Exception {
        rig = new ApiRig(folder);
        rig.add("bob", false);
        ada = rig.as("ada");
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private ApiClient.Answer put(String code) {
        return ada.send("PUT", CALC, "{\"code\": \"" + code + "\"}");
    }

    private long active() {
        return ada.get(CALC).json().path("active").asLong();
    }

    @Test
    void theSmallestDeployIsPublishedAndTold() {
        ApiClient.Answer published = ada.send("PUT", CALC, SMALLEST);

        published.is(201, """
                {"name": "calc", "owner": "ada", "url": "http://localhost:8000/function/calc.ada", "active": 1, "latest": 1,
                 "aliases": {}, "secrets": [], "created": "%s", "last_change": "%s", "version": 1, "added": true,
                 "next_run": null}""".formatted(
                        published.json().path("created").asText(),
                        published.json().path("last_change").asText()));
        ApiClient.Answer told = ada.get(CALC);
        told.is(200, """
                {"name": "calc", "owner": "ada", "url": "http://localhost:8000/function/calc.ada", "active": 1, "latest": 1,
                 "aliases": {}, "secrets": [], "created": "%s", "last_change": "%s", "description": "", "runtime": "python3",
                 "image": "default", "handlers": ["add"], "size": 40, "memory": null, "cpu": null, "timeout": 30.0,
                 "concurrency": 1, "min_workers": 0, "max_workers": 4, "queue": 100, "idle": 300.0, "environment": {},
                 "visibility": "public", "users": [], "origins": [], "rate_per_second": 0.0, "idempotent": false,
                 "schedule": [], "next_run": null}""".formatted(
                        told.json().path("created").asText(),
                        told.json().path("last_change").asText()));
        JsonNode version = ada.get(CALC + "/versions/1").json();
        assertThat(version.path("code").asText()).isEqualTo("def add(a,b):\n  return float(a)+float(b)");
        assertThat(version.path("publisher").asText()).isEqualTo("ada");
        assertThat(ada.get(ALL).json()).hasSize(1);
        assertThat(ada.get(ALL + "/ada").json().get(0).path("name").asText()).isEqualTo("calc");
    }

    @Test
    void whatCurlCallsAFormIsReadAsTheJsonThatItIs() {
        ApiClient.Answer published = ada.send(
                "PUT",
                CALC,
                SMALLEST.getBytes(StandardCharsets.UTF_8),
                "Content-Type",
                "application/x-www-form-urlencoded");

        assertThat(published.status()).as(published.body()).isEqualTo(201);
    }

    @Test
    void everyFieldIsKeptAndTold() {
        ApiClient.Answer published = ada.send("PUT", CALC, """
                {"runtime": "executable", "image": "default", "code": "#!/bin/sh\\ncat", "description": "echoes",
                 "files": {"lib/a.py": "A = 1", "b.bin": {"base64": "AP8="}}, "handlers": ["one", "two"],
                 "memory": "256MiB", "cpu": 0.5, "timeout": "1500ms", "concurrency": 3, "min_workers": 1, "max_workers": 2,
                 "queue": 7, "idle": 60, "environment": {"LEVEL": "debug"}, "secrets": {"TOKEN": "canary"},
                 "visibility": "users", "users": ["Bob", "zoe", "bob"], "origins": ["https://Example.org"],
                 "rate_per_second": 2.5, "idempotent": true,
                 "schedule": ["*/5  * * * *", {"cron": "30 8 * * MON-fri", "zone": "Europe/Berlin", "handler": "two", "args": [1], "kwargs": {"b": 2.5}}]}""");

        assertThat(published.status()).as(published.body()).isEqualTo(201);
        JsonNode version = ada.get(CALC + "/versions/1").json();
        assertThat(ApiRig.normal(version))
                .isEqualTo(ApiRig.normal("""
                {"version": 1, "active": true, "aliases": [], "created": "%s", "publisher": "ada", "description": "echoes",
                 "runtime": "executable", "size": 20, "image": "default", "handlers": ["one", "two"], "memory": 268435456,
                 "cpu": 0.5, "timeout": 1.5, "concurrency": 3, "min_workers": 1, "max_workers": 2, "queue": 7, "idle": 60.0,
                 "environment": {"LEVEL": "debug"}, "visibility": "users", "users": ["bob", "zoe"],
                 "origins": ["https://example.org"], "rate_per_second": 2.5, "idempotent": true,
                 "schedule": [{"cron": "*/5 * * * *", "zone": "UTC", "handler": "", "args": [], "kwargs": {}},
                              {"cron": "30 8 * * MON-fri", "zone": "Europe/Berlin", "handler": "two", "args": [1], "kwargs": {"b": 2.5}}],
                 "code": "#!/bin/sh\\ncat",
                 "files": {"lib/a.py": {"base64": "QSA9IDE="}, "b.bin": {"base64": "AP8="}}}""".formatted(version.path("created").asText())));
        assertThat(ada.get(CALC).json().path("secrets").toString()).isEqualTo("[\"TOKEN\"]");
    }

    @Test
    void itTellsWhenItRunsByItselfNextAndAnotherVersionRunsAtOtherTimes() {
        ApiClient.Answer published = ada.send("PUT", CALC, "{\"code\": \"one\", \"schedule\": \"*/5 * * * *\"}");
        String next = "2026-03-01T12:05:00.000000Z";
        assertThat(published.json().path("next_run").asText()).isEqualTo(next);
        assertThat(ada.get(CALC).json().path("next_run").asText()).isEqualTo(next);

        ApiClient.Answer same = ada.send("PUT", CALC, "{\"code\": \"one\", \"schedule\": [\"*/5  * * * * \"]}");
        assertThat(same.json().path("added").asBoolean()).isFalse();
        ada.send("PUT", CALC, "{\"code\": \"one\"}");
        assertThat(ada.get(CALC).json().path("next_run").isNull()).isTrue();
        ada.send("POST", CALC + "/rollback", "");
        assertThat(ada.get(CALC).json().path("next_run").isNull()).isFalse();
    }

    @Test
    void onePersonMayHaveSoManyThatRunByThemselvesAndNoMore() {
        String scheduled = "{\"code\": \"x\", \"schedule\": \"@daily\"}";
        for (String name : List.of("one", "two")) {
            assertThat(ada.send("PUT", ALL + "/ada/" + name, scheduled).status())
                    .isEqualTo(201);
        }
        ada.send("PUT", ALL + "/ada/three", scheduled)
                .refuses(
                        409,
                        "schedule: 2 functions of ada have one already, which is as many as may (publish one of them without it first)");
        assertThat(ada.get(ALL + "/ada/three").status()).isEqualTo(404);
        assertThat(ada.send("PUT", ALL + "/ada/one", "{\"code\": \"y\", \"schedule\": \"@hourly\"}")
                        .status())
                .isEqualTo(200);
        assertThat(ada.send("PUT", ALL + "/ada/three?activate=false", scheduled).status())
                .isEqualTo(201);
        ada.send("POST", ALL + "/ada/three/versions/1/activate", "")
                .refuses(
                        409,
                        "schedule: 2 functions of ada have one already, which is as many as may (publish one of them without it first)");
    }

    @Test
    void publishingTheSameAgainIsNothingNew() {
        put("one");
        ApiClient.Answer again = put("one");

        assertThat(again.status()).isEqualTo(200);
        assertThat(again.json().path("version").asLong()).isEqualTo(1);
        assertThat(again.json().path("added").asBoolean()).isFalse();
        assertThat(ada.get(CALC + "/versions").json().path("versions")).hasSize(1);
        assertThat(put("two").json().path("version").asLong()).isEqualTo(2);
        // What was before, but is not now, is new.
        assertThat(put("one").json().path("version").asLong()).isEqualTo(3);
    }

    @Test
    void whatIsNotActivatedIsActivatedLaterOrByTheSameDeploy() {
        ada.send("PUT", CALC + "?activate=false", "{\"code\": \"one\"}");
        assertThat(ada.get(CALC).json().path("active").isNull()).isTrue();
        put("two");
        ada.send("PUT", CALC + "?activate=false", "{\"code\": \"three\"}");
        assertThat(active()).isEqualTo(2);

        ApiClient.Answer same = put("three");

        assertThat(same.json().path("version").asLong()).isEqualTo(3);
        assertThat(same.json().path("added").asBoolean()).isFalse();
        assertThat(active()).isEqualTo(3);
        assertThat(ada.post(CALC + "/versions/1/activate", "")
                        .json()
                        .path("active")
                        .asLong())
                .isEqualTo(1);
        ada.send("PUT", CALC + "?activate=perhaps", "{\"code\": \"x\"}")
                .refuses(400, "activate: \"perhaps\" (expected: true or false)");
    }

    @Test
    void rollingBackGoesFromEachVersionToTheOneThatWasActiveBefore() {
        put("one");
        put("two");
        put("three");
        ada.post(CALC + "/versions/1/activate", "");

        assertThat(ada.post(CALC + "/rollback", "").json().path("active").asLong())
                .isEqualTo(3);
        assertThat(ada.post(CALC + "/rollback", "").json().path("active").asLong())
                .isEqualTo(2);
        assertThat(ada.post(CALC + "/rollback", "").json().path("active").asLong())
                .isEqualTo(1);
        ada.post(CALC + "/rollback", "")
                .refuses(409, "no version of calc.ada was active before this one (expected: one that is kept)");
        assertThat(active()).isEqualTo(1);
    }

    @Test
    void anAliasIsAnotherNameOfAVersion() {
        put("one");
        put("two");

        ApiClient.Answer named = ada.send("PUT", CALC + "/aliases/stable", "{\"version\": 1}");

        assertThat(named.json().path("aliases").toString()).isEqualTo("{\"stable\":1}");
        ada.send("PUT", CALC + "/aliases/stable", "{\"version\": 2}");
        assertThat(ada.get(CALC + "/versions").json().at("/versions/0/aliases").toString())
                .isEqualTo("[\"stable\"]");
        ada.send("PUT", CALC + "/aliases/stable", "{\"version\": 9}")
                .refuses(404, "there is no version 9 of calc.ada (kept: 1 to 2, 2 of them)");
        ada.send("PUT", CALC + "/aliases/stable", "{}")
                .refuses(400, "version: missing (expected: the number of a version)");
        ada.send("PUT", CALC + "/aliases/9a", "{\"version\": 1}")
                .refuses(400, "alias: \"9a\" (expected: 1 to 31 characters of a-z 0-9 -, beginning with a letter)");
        ada.delete(CALC + "/aliases/stable").isEmpty(204);
        ada.delete(CALC + "/aliases/stable").refuses(404, "calc.ada has no version with the alias \"stable\"");
    }

    @Test
    void numbersOfADeletedFunctionAreNotGivenAgain() {
        put("one");
        put("two");
        ada.send("PUT", CALC + "/secrets/TOKEN", "{\"value\": \"canary\"}").isEmpty(204);

        ada.delete(CALC).isEmpty(204);

        ada.delete(CALC).refuses(404, "there is no function calc.ada");
        ada.get(CALC).refuses(404, "there is no function calc.ada");
        ada.get(CALC + "/versions/2").refuses(404, "there is no function calc.ada");
        ApiClient.Answer again = put("one");
        assertThat(again.status()).isEqualTo(201);
        assertThat(again.json().path("version").asLong()).isEqualTo(3);
        assertThat(again.json().path("secrets")).isEmpty();
    }

    @Test
    void ofTwoWhoPublishAtOnceBothGetTheirVersions() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        List<Future<ApiClient.Answer>> answers;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            answers = IntStream.range(0, 10)
                    .<Callable<ApiClient.Answer>>mapToObj(i -> () -> {
                        go.await();
                        return put("code " + i);
                    })
                    .map(threads::submit)
                    .toList();
            go.countDown();
        }

        List<Long> numbers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            JsonNode answer = answers.get(i).get(60, TimeUnit.SECONDS).json();
            long number = answer.path("version").asLong();
            numbers.add(number);
            assertThat(ada.get(CALC + "/versions/" + number).json().path("code").asText())
                    .isEqualTo("code " + i);
        }
        assertThat(numbers).containsExactlyInAnyOrder(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L);
        assertThat(active()).isEqualTo(10);
        assertThat(answers.stream().filter(answer -> answer.resultNow().status() == 201))
                .hasSize(1);
    }

    @Test
    void secretsAreSetAndRemovedAndNeverShownAgain() throws Exception {
        ada.send("PUT", CALC, "{\"code\": \"x\", \"secrets\": {\"FIRST\": \"canary-one\"}}");

        ada.send("PUT", CALC + "/secrets/SECOND", "{\"value\": \"canary-two\"}").isEmpty(204);

        assertThat(ada.get(CALC).json().path("secrets").toString()).isEqualTo("[\"FIRST\",\"SECOND\"]");
        assertThat(ada.get(CALC + "/versions").json().path("versions")).hasSize(1);
        // Others stay when a version is published.
        put("y");
        assertThat(rig.secrets("ada", "calc"))
                .containsEntry("FIRST", "canary-one")
                .containsEntry("SECOND", "canary-two")
                .hasSize(2);
        for (String path : List.of(ALL, CALC, CALC + "/versions", CALC + "/versions/1", CALC + "/versions/2")) {
            assertThat(ada.get(path).body()).as(path).doesNotContain("canary");
        }
        assertThat(rig.audit().toString()).contains("SECOND").doesNotContain("canary");
        ada.delete(CALC + "/secrets/FIRST").isEmpty(204);
        ada.delete(CALC + "/secrets/FIRST").refuses(404, "calc.ada has no secret \"FIRST\"");
        assertThat(rig.secrets("ada", "calc")).containsOnlyKeys("SECOND");
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
                        .as(file.toString())
                        .doesNotContain("canary");
            }
        }
    }

    @Test
    void aSecretThatIsWrongIsNotRepeatedInTheAnswer() {
        put("x");
        String tooLong = "canary".repeat(3000);

        for (ApiClient.Answer answer : List.of(
                ada.send("PUT", CALC + "/secrets/A", "{\"value\": \"" + tooLong + "\"}"),
                ada.send("PUT", CALC + "/secrets/A", "{\"value\": {\"canary\": 1}}"),
                ada.send("PUT", CALC, "{\"code\": \"x\", \"secrets\": {\"A\": [\"canary\"]}}"),
                ada.send("PUT", CALC, "{\"code\": \"x\", \"secrets\": {\"A\": \"" + tooLong + "\"}}"))) {
            assertThat(answer.status()).as(answer.body()).isEqualTo(400);
            assertThat(answer.body()).doesNotContain("canary");
        }
        ada.send("PUT", CALC + "/secrets/9", "{\"value\": \"canary\"}")
                .refuses(
                        400,
                        "secrets: \"9\" (expected: names of variables: letters, digits and _, at most 100, not beginning with a digit or CARREL_)");
    }

    @Test
    void filesComeAsPartsOfAForm() {
        String form = """
                --xx\r
                Content-Disposition: form-data; name="spec"\r
                \r
                {"runtime": "python3", "visibility": "public"}\r
                --xx\r
                Content-Disposition: form-data; name="code"; filename="calc.py"\r
                \r
                import helper\r
                --xx\r
                Content-Disposition: form-data; name="file"; filename="helper.py"\r
                \r
                A = 1\r
                --xx\r
                Content-Disposition: form-data; name="data/x.txt"; filename="x.txt"\r
                \r
                x\r
                --xx--\r
                """;

        ApiClient.Answer published = form(form);

        assertThat(published.status()).as(published.body()).isEqualTo(201);
        JsonNode version = ada.get(CALC + "/versions/1").json();
        assertThat(version.path("code").asText()).isEqualTo("import helper");
        assertThat(version.path("visibility").asText()).isEqualTo("public");
        assertThat(version.path("files").toString())
                .isEqualTo("{\"data/x.txt\":{\"base64\":\"eA==\"},\"helper.py\":{\"base64\":\"QSA9IDE=\"}}");
    }

    @Test
    void oneFileAloneIsTheCode() {
        ApiClient.Answer published = form("""
                --xx\r
                Content-Disposition: form-data; name="spec"; filename="f.json"\r
                Content-Type: application/json\r
                \r
                {"runtime": "python3"}\r
                --xx\r
                Content-Disposition: form-data; name="file"; filename="x.py"\r
                \r
                def f(): return 1\r
                --xx--\r
                """);

        assertThat(published.status()).as(published.body()).isEqualTo(201);
        JsonNode version = ada.get(CALC + "/versions/1").json();
        assertThat(version.path("code").asText()).isEqualTo("def f(): return 1");
        assertThat(version.path("files")).isEmpty();
    }

    private ApiClient.Answer form(String body) {
        return ada.send(
                "PUT", CALC, body.getBytes(StandardCharsets.UTF_8), "Content-Type", "multipart/form-data; boundary=xx");
    }

    @Test
    void codeAndFilesTogetherMayHave256KibAndNotAByteMore() {
        String most = "x".repeat(256 * 1024);

        assertThat(put(most).status()).isEqualTo(201);
        ada.send("PUT", CALC, "{\"code\": \"" + most + "\", \"files\": {\"a\": \"y\"}}")
                .refuses(
                        413,
                        "code and files: 262145 bytes (expected: at most 262144; put what is larger into the image or fetch it when the worker starts)");
        // Every character escaped: more bytes on the way than may be kept, but no more than may be kept.
        assertThat(ada.send("PUT", CALC, "{\"code\": \"" + "\\u0078".repeat(256 * 1024) + "\"}")
                        .json()
                        .path("version")
                        .asLong())
                .isEqualTo(1);
    }

    @Test
    void everyChangeIsInTheAuditLog() {
        put("one");
        put("two");
        put("two");
        ada.post(CALC + "/rollback", "");
        ada.send("PUT", CALC + "/aliases/live", "{\"version\": 1}");
        ada.send("PUT", CALC + "/secrets/A", "{\"value\": \"x\"}");
        ada.delete(CALC + "/secrets/A");
        ada.delete(CALC);

        assertThat(rig.audit().reversed().stream()
                        .filter(event -> event.action().startsWith("function."))
                        .map(FunctionEndpointsTest::line))
                .containsExactly(
                        "ada function.published calc.ada version 1",
                        "ada function.activated calc.ada version 1",
                        "ada function.published calc.ada version 2",
                        "ada function.activated calc.ada version 2",
                        "ada function.rolled-back calc.ada version 1",
                        "ada function.alias.set calc.ada live 1",
                        "ada function.secrets.set calc.ada A",
                        "ada function.secrets.deleted calc.ada A",
                        "ada function.deleted calc.ada version 1");
    }

    private static String line(AuditEvent event) {
        return event.actor() + " " + event.action() + " " + event.subject() + " " + event.result();
    }
}
