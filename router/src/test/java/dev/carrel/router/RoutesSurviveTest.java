/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.chassis.site.DataFolder;
import dev.carrel.protocol.signed.SigningKeys;
import dev.carrel.router.route.RouteStore;
import dev.carrel.router.route.RouteTable;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was confirmed is there after a restart, a kill and a damaged file. */
class RoutesSurviveTest {
    @TempDir
    private Path folder;

    private Path routesFile() {
        return new DataFolder(folder).router().resolve("routes.json");
    }

    private Path logFile() {
        return new DataFolder(folder).router().resolve("routes.log");
    }

    private Path revocationsFile() {
        return new DataFolder(folder).router().resolve("revocations.json");
    }

    @Test
    void routesAndSessionsAreThereAfterARestart() throws Exception {
        try (Backend container = Backend.saying("still here");
                RunningRouter router = RunningRouter.start(folder, Map.of())) {
            router.ready("alice", container.url());
            router.session("bob", "failed", "", "out of memory");
            router.plainRoute("/a%20b", "http://127.0.0.1:9");
            Instant before = Instant.now().truncatedTo(java.time.temporal.ChronoUnit.MILLIS);

            router.restart();

            assertThat(router.routes().propertyStream().map(Map.Entry::getKey))
                    .containsExactlyInAnyOrder("/user/alice", "/user/bob", "/a b");
            assertThat(router.get(router.authority("alice"), "/x", "Cookie: " + router.cookie("alice") + "\r\n")
                            .text())
                    .isEqualTo("still here");
            assertThat(router.get(router.authority("bob"), "/x", "Cookie: " + router.cookie("bob") + "\r\n")
                            .text())
                    .contains("out of memory");
            assertThat(Instant.parse(router.routes()
                            .path("/user/alice")
                            .path("last_activity")
                            .asText()))
                    .as("nobody watched meanwhile, so it counts as used")
                    .isAfterOrEqualTo(before);
        }
    }

    @Test
    void aConfirmedChangeSurvivesAKill() throws Exception {
        int port = RunningRouter.freePorts();
        SigningKeys.readOrCreate(new DataFolder(folder).signingKey());
        RouterJvm first = RouterJvm.start(folder, port, Map.of());
        try {
            assertThat(send(port, "POST", "/api/routes/kept", "{\"target\":\"http://127.0.0.1:9\"}"))
                    .startsWith("201");
            assertThat(send(port, "POST", "/api/routes/gone", "{\"target\":\"http://127.0.0.1:9\"}"))
                    .startsWith("201");
            assertThat(send(port, "DELETE", "/api/routes/gone", "")).startsWith("204");
        } finally {
            first.kill();
        }

        RouterJvm second = RouterJvm.start(folder, port, Map.of());
        try {
            assertThat(send(port, "GET", "/api/routes", ""))
                    .contains("\"/kept\"")
                    .doesNotContain("/gone");
        } finally {
            second.kill();
        }
    }

    private static String send(int port, String method, String path, String body) throws Exception {
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + (port + 1) + path))
                                .header("Authorization", "token " + RunningRouter.TOKEN)
                                .method(method, HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        return answer.statusCode() + " " + answer.body();
    }

    @Test
    void everyChangeOfManyAtOnceIsKept() throws Exception {
        try (RunningRouter router = RunningRouter.start(folder, Map.of());
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Integer>> posts = IntStream.range(0, 300)
                    .<Callable<Integer>>mapToObj(i ->
                            () -> router.control("POST", "/api/routes/r/" + i, "{\"target\":\"http://127.0.0.1:9\"}")
                                    .statusCode())
                    .toList();
            for (Future<Integer> post : callers.invokeAll(posts)) {
                assertThat(post.get()).isEqualTo(201);
            }
            // As the files are at this instant a router would find them after a kill.
            Path killed = Files.createDirectories(folder.resolve("killed/router"));
            Files.copy(routesFile(), killed.resolve("routes.json"));
            Files.copy(logFile(), killed.resolve("routes.log"));
            RouteTable found = new RouteTable();
            new RouteStore(new DataFolder(folder.resolve("killed")), Clock.systemUTC(), found).start();

            assertThat(found.size()).isEqualTo(300);
        }
    }

    @Test
    void theFilesAreForOurEyesOnly() throws Exception {
        try (RunningRouter router = RunningRouter.start(folder, Map.of())) {
            router.plainRoute("/a", "http://127.0.0.1:9");
            router.revoke("user", "alice", Instant.now());

            for (Path file : List.of(routesFile(), logFile(), revocationsFile())) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .isEqualTo("rw-------");
            }
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(new DataFolder(folder).router())))
                    .isEqualTo("rwx------");
        }
    }

    @Test
    void aDamagedFileIsSetAsideAndTheRouterStartsEmpty() throws Exception {
        for (String damage :
                List.of("{\"routes\":{\"/a\":", "[]", "{\"routes\":{\"/a\":{\"target\":\"x\"},\"/b\":{}}}", "\u0000")) {
            Files.createDirectories(routesFile().getParent());
            Files.writeString(routesFile(), damage);
            try (RunningRouter router = RunningRouter.start(folder, Map.of())) {
                assertThat(router.routes()).isEmpty();
                router.plainRoute("/new", "http://127.0.0.1:9");
                assertThat(Files.readString(folder.resolve("logs/router.log"))).contains("cannot be understood");
            }
            try (var files = Files.list(routesFile().getParent())) {
                List<Path> aside = files.filter(f -> f.toString().contains("routes.json.unreadable-"))
                        .toList();
                assertThat(aside).hasSize(1);
                assertThat(Files.readString(aside.getFirst())).isEqualTo(damage);
                Files.delete(aside.getFirst());
            }
        }
    }

    @Test
    void whenTheRevocationsAreLostEverythingFromBeforeIsDistrusted() throws Exception {
        try (Backend container = Backend.saying("in");
                RunningRouter router = RunningRouter.start(folder, Map.of())) {
            router.ready("alice", container.url());
            String old = "Cookie: " + router.cookie("alice") + "\r\n";
            Files.writeString(revocationsFile(), "{broken");

            router.restart();

            assertThat(router.get(router.authority("alice"), "/x", old).status())
                    .isEqualTo(401);
            String fresh = "Cookie: " + router.cookie("alice") + "\r\n";
            assertThat(router.get(router.authority("alice"), "/x", fresh).status())
                    .isEqualTo(200);
            router.restart();
            assertThat(router.get(router.authority("alice"), "/x", old).status())
                    .isEqualTo(401);
            router.control("PUT", "/api/carrel/revocations", "{\"revocations\":[]}");
            assertThat(router.get(router.authority("alice"), "/x", old).status())
                    .isEqualTo(200);
        }
    }

    @Test
    void aChangeThatCannotBeKeptIsInForceAndSaysSo() throws Exception {
        try (Backend target = Backend.saying("in force");
                RunningRouter router = RunningRouter.start(folder, Map.of())) {
            router.plainRoute("/before", target.url());
            // Whoever takes the log away takes what is written into it; and a folder in its place cannot be renamed
            // over, not even by root.
            Files.delete(logFile());
            Files.createDirectories(logFile().resolve("in-the-way"));

            HttpResponse<String> posted =
                    router.control("POST", "/api/routes/full", "{\"target\":\"" + target.url() + "\"}");

            assertThat(posted.statusCode()).isEqualTo(507);
            assertThat(posted.body()).contains("routes.log cannot be written");
            assertThat(router.get(router.baseAuthority(), "/full", "").text()).isEqualTo("in force");
            assertThat(router.control("GET", "/api/carrel/health", "").body()).contains("degraded");

            Files.delete(logFile().resolve("in-the-way"));
            Files.delete(logFile());
            router.plainRoute("/again", target.url());
            assertThat(router.control("GET", "/api/carrel/health", "").body()).contains("\"ok\"");
            assertThat(Files.readString(routesFile()))
                    .contains("/before")
                    .contains("/full")
                    .contains("/again");
        }
    }

    @Test
    void theFolderIsMadeWhenItIsMissing() throws Exception {
        assertThat(new DataFolder(folder).router()).doesNotExist();
        try (RunningRouter router = RunningRouter.start(folder, Map.of())) {
            router.plainRoute("/a", "http://127.0.0.1:9");

            assertThat(routesFile()).exists();
        }
    }
}
