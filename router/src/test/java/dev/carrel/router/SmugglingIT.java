/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Real servers of three makes behind the whole router, on connections that are kept alive and shared. Whatever a client sends, such a server sees exactly the
 * requests that the router's log says were passed on, and another client on the same connection gets the answers to its own requests.
 */
class SmugglingIT {
    /** Of the router's log: a request passed on by a route, with its answer's status and the length of its body. */
    private static final Pattern PASSED_ON =
            Pattern.compile(".*access: \\S+ (\\S+) localhost:\\d+(/\\S*) (\\d+|gone) (\\d+)/\\d+B .*\\broute\\b.*");

    private final List<String> faults = new ArrayList<>();

    @ParameterizedTest
    @EnumSource(EchoServer.Kind.class)
    void theTargetSeesExactlyWhatTheRouterLogged(EchoServer.Kind kind) throws Exception {
        List<String> refused = SmugglingPayloads.refused();
        List<List<String>> plain = SmugglingPayloads.plain();
        assertThat(refused.size() + plain.size()).isGreaterThan(300);

        RunningRouter router = RunningRouter.start(Map.of("CARREL_ROUTER_WORKERS", "1"));
        EchoServer target = EchoServer.start(kind);
        try (router;
                target;
                RawClient other = router.raw()) {
            router.plainRoute("/t", target.url());
            for (int i = 0; i < refused.size(); i++) {
                refused(router, "/t/r" + i, refused.get(i));
                other(router, other, "/t/other/r" + i);
            }
            for (int i = 0; i < plain.size(); i++) {
                plain(router, "/t/p" + i, plain.get(i));
                other(router, other, "/t/other/p" + i);
            }
        }

        assertThat(faults).isEmpty();
        assertThat(target.seen()).as("refused, or behind what was refused").noneMatch(line -> line.contains("/t/r"));
        Passed passed = passedOn(Files.readString(router.data().logs().resolve("router.log")));
        List<String> unseen = new ArrayList<>(passed.answered);
        target.seen().forEach(unseen::remove);
        assertThat(unseen)
                .as("in the log as answered but not seen by the target")
                .isEmpty();
        List<String> unlogged = new ArrayList<>(target.seen());
        passed.answered.forEach(unlogged::remove);
        passed.brokenOff.forEach(unlogged::remove);
        assertThat(unlogged).as("seen by the target but not in the log").isEmpty();
        assertThat(passed.answered).hasSizeGreaterThan(refused.size() + plain.size());
    }

    private static String fill(String text, String base, RunningRouter router) {
        String inner = "GET " + base + "/inner HTTP/1.1\r\nHost: " + router.baseAuthority() + "\r\n\r\n";
        int nominal = "GET BASE/inner HTTP/1.1\r\nHost: HOST\r\n\r\n".length();
        return text.replace("Content-Length: " + nominal, "Content-Length: " + inner.length())
                .replace("INNER", Integer.toString(inner.length()))
                .replace("BASE", base)
                .replace("HOST", router.baseAuthority());
    }

    private static String next(String base, RunningRouter router) {
        return "GET " + base + "/next HTTP/1.1\r\nHost: " + router.baseAuthority() + "\r\n\r\n";
    }

    private void refused(RunningRouter router, String base, String text) {
        try (RawClient client = router.raw()) {
            client.sendAnyway(fill(text, base, router) + next(base, router));
            int status = client.answer().status();
            String rest = client.rest();
            if (status < 400 || status > 599 || !rest.isEmpty()) {
                fault(text, "was answered " + status + ", then " + rest);
            }
        } catch (IOException e) {
            fault(text, e.getMessage());
        }
    }

    private void plain(RunningRouter router, String base, List<String> texts) {
        List<String> wanted = new ArrayList<>();
        texts.stream().skip(1).map(line -> fill(line, base, router)).forEach(wanted::add);
        wanted.add("GET " + base + "/next 0");
        try (RawClient client = router.raw()) {
            client.send(fill(texts.getFirst(), base, router) + next(base, router));
            for (String line : wanted) {
                RawClient.Answer answer = client.answer();
                while (answer.status() == 100) {
                    answer = client.answer();
                }
                if (answer.status() != 200 || !answer.text().equals(line)) {
                    fault(texts.getFirst(), answer.status() + " " + answer.text() + " instead of " + line);
                }
            }
        } catch (IOException e) {
            fault(texts.getFirst(), e.getMessage());
        }
    }

    /** A client who has done nothing odd, on one connection all the time, whose requests share the connection to the target. */
    private void other(RunningRouter router, RawClient client, String path) throws IOException {
        RawClient.Answer answer = client.send("POST " + path + " HTTP/1.1\r\nHost: " + router.baseAuthority()
                        + "\r\nContent-Length: 5\r\n\r\nother")
                .answer();
        if (!answer.text().equals("POST " + path + " 5")) {
            fault(path, "another client was answered " + answer.status() + " " + answer.text());
        }
    }

    private void fault(String text, String what) {
        String spelled = text.replace("\r", "\\r").replace("\n", "\\n").replace("\t", "\\t");
        faults.add((spelled.length() > 200 ? spelled.substring(0, 200) + "…" : spelled) + " " + what);
    }

    /** Those with an answer of the target have been read by it; those that were broken off may have been. */
    private record Passed(List<String> answered, List<String> brokenOff) {}

    private static Passed passedOn(String log) {
        Passed passed = new Passed(new ArrayList<>(), new ArrayList<>());
        for (String line : log.split("\n")) {
            Matcher matcher = PASSED_ON.matcher(line);
            if (matcher.matches()) {
                String request = matcher.group(1) + " " + matcher.group(2) + " " + matcher.group(4);
                (matcher.group(3).equals("200") ? passed.answered : passed.brokenOff).add(request);
            }
        }
        return passed;
    }
}
