/* Copyright the Carrel authors. */
package dev.carrel.engine.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is told about a function that cannot be published: the field, what it holds, and what is expected. */
class FunctionSpecErrorsTest {
    /** What is asked for (besides code), and the answer. */
    private static final String CRON =
            " (expected: minute, hour, day of month, month and day of week, as \"*/5 * * * *\" or \"30 8 * * mon-fri\", or one of @hourly, @daily, @weekly, @monthly, @yearly)";

    private static final List<String[]> WRONG = List.of(
            new String[] {
                "\"cod\": 1",
                "\"cod\": no field of a function (expected: one of code, concurrency, cpu, description, environment, files, handlers, idempotent, idle, image, max_workers, memory, min_workers, origins, queue, rate_per_second, runtime, schedule, secrets, timeout, users, visibility)"
            },
            new String[] {
                "\"runtime\": \"perl\"", "runtime: \"perl\" (expected: python3 or executable or julia or juliabox)"
            },
            new String[] {"\"runtime\": 3", "runtime: 3 (expected: a text)"},
            new String[] {"\"image\": \"mine\"", "image: \"mine\" (expected: default or other)"},
            new String[] {
                "\"runtime\": \"julia\", \"image\": \"x\"", "image: \"x\" (expected: julia-image or default or other)"
            },
            new String[] {
                "\"runtime\": \"juliabox\", \"environment\": {\"A\": \"b\"}",
                "environment: 1 (expected: none: the image serves by JuliaBox's protocol, which tells it the code alone)"
            },
            new String[] {
                "\"runtime\": \"juliabox\", \"concurrency\": 2",
                "concurrency: 2 (expected: 1: it takes one call at a time)"
            },
            new String[] {
                "\"runtime\": \"juliabox\", \"secrets\": {\"A\": \"b\"}",
                "secrets: 1 (expected: none: JuliaBox's protocol tells a worker its code alone)"
            },
            new String[] {"\"handlers\": \"add\"", "handlers: \"add\" (expected: a list of texts)"},
            new String[] {"\"handlers\": [\"a b\"]", "handlers: \"a b\" (expected: names of functions in the code)"},
            new String[] {"\"handlers\": [1]", "handlers: 1 (expected: a list of texts)"},
            new String[] {"\"memory\": \"much\"", "memory: \"much\" (expected: a size as \"256MiB\", or bytes)"},
            new String[] {"\"memory\": -1", "memory: -1 (expected: a size as \"256MiB\", or bytes)"},
            new String[] {"\"memory\": \"1MiB\"", "memory: 1MiB (expected: 16MiB to 2GiB)"},
            new String[] {"\"memory\": \"3GiB\"", "memory: 3GiB (expected: 16MiB to 2GiB)"},
            new String[] {"\"cpu\": 0", "cpu: 0 (expected: cores as 0.5)"},
            new String[] {"\"cpu\": \"1\"", "cpu: \"1\" (expected: cores as 0.5)"},
            new String[] {"\"cpu\": 3", "cpu: 3.0 (expected: 0.01 to 2.0)"},
            new String[] {"\"timeout\": \"soon\"", "timeout: \"soon\" (expected: seconds, or a time as \"30s\")"},
            new String[] {"\"timeout\": 0", "timeout: 0s (expected: 100ms to 900s)"},
            new String[] {"\"timeout\": \"16m\"", "timeout: 960s (expected: 100ms to 900s)"},
            new String[] {"\"timeout\": true", "timeout: true (expected: seconds, or a time as \"30s\")"},
            new String[] {"\"idle\": 0.5", "idle: 500ms (expected: 1s to 86400s)"},
            new String[] {"\"concurrency\": 0", "concurrency: 0 (expected: 1 to 1000)"},
            new String[] {"\"concurrency\": 1.5", "concurrency: 1.5 (expected: a whole number)"},
            new String[] {"\"queue\": 99999999999", "queue: 99999999999 (expected: a smaller number)"},
            new String[] {"\"queue\": -1", "queue: -1 (expected: 0 to 10000)"},
            new String[] {"\"max_workers\": 11", "max_workers: 11 (expected: 1 to 10)"},
            new String[] {"\"min_workers\": 3, \"max_workers\": 2", "min_workers: 3 (expected: 0 to 2)"},
            new String[] {"\"min_workers\": 11", "min_workers: 11 (expected: 0 to 10)"},
            new String[] {"\"environment\": []", "environment: a list (expected: an object of texts by their names)"},
            new String[] {"\"environment\": {\"A\": 1}", "environment.A: no text (expected: a text)"},
            new String[] {
                "\"environment\": {\"A B\": \"x\"}",
                "environment: \"A B\" (expected: names of variables: letters, digits and _, at most 100, not beginning with a digit or CARREL_)"
            },
            new String[] {
                "\"environment\": {\"CARREL_URL\": \"x\"}",
                "environment: \"CARREL_URL\" (expected: names of variables: letters, digits and _, at most 100, not beginning with a digit or CARREL_)"
            },
            new String[] {
                "\"environment\": {\"A\": \"\\u0000\"}",
                "environment.A: U+0000 or half a character in it (expected: text)"
            },
            new String[] {
                "\"description\": \"\\ud800\"", "description: U+0000 or half a character in it (expected: text)"
            },
            new String[] {
                "\"description\": \"" + "x".repeat(1001) + "\"", "description: 1001 characters (expected: at most 1000)"
            },
            new String[] {"\"visibility\": \"all\"", "visibility: \"all\" (expected: private, users or public)"},
            new String[] {"\"users\": [\"bob\"]", "users: 1 names (expected: none, unless visibility is users)"},
            new String[] {
                "\"visibility\": \"users\", \"users\": [\"a/b\"]",
                "users: user name: \"a/b\" contains \"/\" (expected: letters and digits of any script and @ + . _ - ~ ! $ ( ) * , =)"
            },
            new String[] {
                "\"origins\": [\"example.org\"]",
                "origins: \"example.org\" (expected: * or origins as https://example.org)"
            },
            new String[] {
                "\"origins\": [\"https://a/b\"]",
                "origins: \"https://a/b\" (expected: * or origins as https://example.org)"
            },
            new String[] {"\"rate_per_second\": -1", "rate_per_second: -1.0 (expected: 0 (no limit) to 1000000)"},
            new String[] {"\"rate_per_second\": \"1\"", "rate_per_second: \"1\" (expected: a number; 0 for no limit)"},
            new String[] {
                "\"schedule\": 5",
                "schedule: 5 (expected: a cron expression as \"*/5 * * * *\", an object with cron, or a list of these)"
            },
            new String[] {
                "\"schedule\": [\"@daily\", \"61 * * * *\"]",
                "schedule: \"61 * * * *\": Value 61 not in range [0, 59]" + CRON
            },
            new String[] {"\"schedule\": \"daily\"", "schedule: \"daily\"" + CRON},
            new String[] {"\"schedule\": {}", "schedule: \"\"" + CRON},
            new String[] {
                "\"schedule\": {\"cron\": \"@daily\", \"tz\": \"UTC\"}",
                "schedule: \"tz\" is no field of an entry (expected: one of args, cron, handler, kwargs, zone)"
            },
            new String[] {
                "\"schedule\": {\"cron\": \"@daily\", \"zone\": \"Mars/Olympus\"}",
                "schedule: \"Mars/Olympus\" (expected: a time zone as UTC or Europe/Berlin)"
            },
            new String[] {
                "\"schedule\": {\"cron\": \"@daily\", \"args\": {\"a\": 1}}",
                "schedule.args: an object (expected: a list)"
            },
            new String[] {
                "\"schedule\": {\"cron\": \"@daily\", \"kwargs\": [1]}", "schedule.kwargs: a list (expected: an object)"
            },
            new String[] {
                "\"schedule\": {\"cron\": \"@daily\", \"handler\": 1}", "schedule.handler: 1 (expected: a text)"
            },
            new String[] {
                "\"schedule\": {\"cron\": \"@daily\", \"handler\": \"b\"}, \"handlers\": [\"a\"]",
                "schedule: handler \"b\" (expected: one of the function's: a)"
            },
            new String[] {
                "\"schedule\": \"0 0 31 2 *\"", "schedule: \"0 0 31 2 *\" is never due (expected: a day that there is)"
            },
            new String[] {
                "\"schedule\": [\"@daily\", \"@daily\"]", "schedule: the same entry twice (expected: each once)"
            },
            new String[] {
                "\"schedule\": [" + "\"@daily\", ".repeat(10) + "\"@daily\"]",
                "schedule: 11 entries (expected: at most 10)"
            },
            new String[] {
                "\"schedule\": {\"cron\": \"@daily\", \"args\": [\"" + "x".repeat(16_384) + "\"]}",
                "schedule: 16390 characters of args and kwargs (expected: at most 16384 together)"
            },
            new String[] {"\"idempotent\": \"yes\"", "idempotent: \"yes\" (expected: true or false)"},
            new String[] {"\"files\": [\"a\"]", "files: a list (expected: an object of files by their paths)"},
            new String[] {"\"files\": {\"a\": 1}", "files.a: 1 (expected: the file's text, or {\"base64\": …})"},
            new String[] {
                "\"files\": {\"a\": {\"base64\": \"A\"}}",
                "files.a.base64: not base64 (expected: the file's bytes in base64)"
            },
            new String[] {
                "\"files\": {\"../a\": \"x\"}",
                "files: \"../a\" (expected: relative paths of at most 200 characters without . and ..)"
            },
            new String[] {
                "\"files\": {\"/a\": \"x\"}",
                "files: \"/a\" (expected: relative paths of at most 200 characters without . and ..)"
            },
            new String[] {
                "\"files\": {\"a/./b\": \"x\"}",
                "files: \"a/./b\" (expected: relative paths of at most 200 characters without . and ..)"
            },
            new String[] {
                "\"files\": {\"a\": \"x\", \"a/b\": \"x\"}", "files: \"a/b\" (expected: another path: \"a\" is a file)"
            },
            new String[] {
                "\"secrets\": {\"A-B\": \"x\"}",
                "secrets: \"A-B\" (expected: names of variables: letters, digits and _, at most 100, not beginning with a digit or CARREL_)"
            });

    @TempDir
    Path folder;

    private ApiRig rig;
    private ApiClient ada;

    @BeforeEach
    void open() throws Exception {
        rig = new ApiRig(folder);
        ada = rig.as("ada");
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private void nothingIsPublished() {
        assertThat(ada.get("/hub/api/functions").json()).isEmpty();
    }

    @Test
    void everyFieldThatIsWrongIsNamed() {
        List<String> wanted = new ArrayList<>();
        List<String> told = new ArrayList<>();
        for (String[] wrong : WRONG) {
            ApiClient.Answer answer =
                    ada.send("PUT", "/hub/api/functions/ada/calc", "{\"code\": \"x\", " + wrong[0] + "}");
            wanted.add(wrong[0] + " → 400 " + wrong[1]);
            told.add(wrong[0] + " → " + answer.status() + " " + answer.message());
        }

        assertThat(String.join("\n", told)).isEqualTo(String.join("\n", wanted));
        nothingIsPublished();
    }

    @Test
    void whatIsNoFunctionAtAllIsRefused() {
        String calc = "/hub/api/functions/ada/calc";
        String nothing = "code: nothing (expected: the program's text, or files)";
        ada.send("PUT", calc, "").refuses(400, nothing);
        ada.send("PUT", calc, "{\"code\": \" \\n\"}").refuses(400, nothing);
        ada.send("PUT", calc, "[]").refuses(400, "body: a list (expected: an object)");
        ada.send("PUT", calc, "{\"code\": ")
                .refuses(400, "body: not JSON at line 1, column 10 (expected: one JSON object)");
        ada.send("PUT", calc, "def f(): pass".getBytes(StandardCharsets.UTF_8), "Content-Type", "text/x-python")
                .refuses(400, "body: not JSON at line 1, column 1 (expected: one JSON object)");
        ada.send("PUT", calc, "x".repeat((2 << 20) + 1))
                .refuses(413, "The body of the request is larger than 2097152 bytes.");
        nothingIsPublished();
    }

    @Test
    void namesAreSmallLettersDigitsAndFewSigns() {
        for (String name : List.of("Calc", "a.b", "-a", "a%2Fb", "x".repeat(63), "%C3%AB")) {
            ApiClient.Answer answer = ada.send("PUT", "/hub/api/functions/ada/" + name, "{\"code\": \"x\"}");
            assertThat(answer.status()).as(name).isEqualTo(400);
            assertThat(answer.message())
                    .as(name)
                    .startsWith("function name: ")
                    .endsWith("(expected: 1 to 62 characters of a-z 0-9 - _, beginning with a letter or a digit)");
        }
        nothingIsPublished();
    }

    @Test
    void onePersonMayHaveSoManyFunctionsAndNoMore() {
        for (int i = 0; i < ApiRig.MOST_FUNCTIONS; i++) {
            assertThat(ada.send("PUT", "/hub/api/functions/ada/f" + i, "{\"code\": \"x\"}")
                            .status())
                    .isEqualTo(201);
        }

        ada.send("PUT", "/hub/api/functions/ada/more", "{\"code\": \"x\"}")
                .refuses(409, "8 functions are published already (delete one of them first)");
        assertThat(ada.send("PUT", "/hub/api/functions/ada/f1", "{\"code\": \"y\"}")
                        .status())
                .isEqualTo(200);
        ada.delete("/hub/api/functions/ada/f1").isEmpty(204);
        assertThat(ada.send("PUT", "/hub/api/functions/ada/more", "{\"code\": \"x\"}")
                        .status())
                .isEqualTo(201);
    }

    @Test
    void theOldestVersionsGoUnlessTheyAreActiveOrHaveAName() {
        String calc = "/hub/api/functions/ada/calc";
        ada.send("PUT", calc, "{\"code\": \"1\"}");
        ada.send("PUT", calc, "{\"code\": \"2\"}");
        ada.send("PUT", calc + "/aliases/first", "{\"version\": 1}");
        for (int i = 3; i < 20; i++) {
            ada.send("PUT", calc + "?activate=false", "{\"code\": \"" + i + "\"}");
        }

        List<Long> kept = new ArrayList<>();
        ada.get(calc + "/versions")
                .json()
                .path("versions")
                .forEach(one -> kept.add(one.path("version").asLong()));

        assertThat(kept).hasSize(ApiRig.KEPT_VERSIONS).contains(1L, 2L, 19L).doesNotContain(3L, 9L);
        ada.get(calc + "/versions/3").refuses(404, "there is no version 3 of calc.ada");
        assertThat(ada.post(calc + "/rollback", "").json().path("active").asLong())
                .isEqualTo(1);
    }
}
