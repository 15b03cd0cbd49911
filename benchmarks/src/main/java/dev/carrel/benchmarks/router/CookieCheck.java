/* Copyright the Carrel authors. */
package dev.carrel.benchmarks.router;

import dev.carrel.chassis.boot.Boot;
import dev.carrel.chassis.site.DataFolder;
import dev.carrel.protocol.name.ServerName;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.signed.SigningKeys;
import dev.carrel.router.RouterProcess;
import dev.carrel.router.decide.Ask;
import dev.carrel.router.decide.Decider;
import dev.carrel.router.decide.Decision;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What the check of a session's signed cookie adds to the decision on one request: the router's own decider, in this JVM, on a request that needs a
 * cookie and on one that needs none, in turns.
 */
final class CookieCheck {
    private static final int TIMES = 200_000;

    private CookieCheck() {}

    static void run(Path folder, int rounds) throws Exception {
        int port = Programs.freePorts(8);
        DataFolder data = new DataFolder(Files.createDirectories(folder.resolve("cookie-check")));
        Files.createDirectories(data.signingKey().toAbsolutePath().getParent());
        SigningKeys keys = SigningKeys.readOrCreate(data.signingKey());
        Map<String, String> settings = new HashMap<>(Map.of(
                "CARREL_SITE_PORT", Integer.toString(port), "CARREL_LOG_CONSOLE", "false", "CARREL_LOG_LEVEL", "warn"));
        try (Boot router = Boot.start(RouterProcess.spec(), data, settings)) {
            String control = keys.derivedSecret("router-control");
            post(port, control, "/", "{\"target\":\"http://127.0.0.1:9\"}");
            post(
                    port,
                    control,
                    "/user/ada/",
                    OurRouter.session("http://127.0.0.1:9").toString());
            Decider decider = router.injector().getInstance(Decider.class);
            String host = new SessionAddress(UserName.of("ada"), ServerName.DEFAULT).host("localhost");
            HttpRequest open = request("localhost:" + port, "/tree/ada/api/status", "");
            HttpRequest signed = request(
                    host + ":" + port,
                    "/user/ada/api/status",
                    "_xsrf=2|abcdef01|0123456789abcdef; carrel-session=" + OurRouter.cookie(keys, host));
            double[] added = new double[rounds];
            double[] whole = new double[rounds];
            time(decider, open);
            time(decider, signed);
            for (int round = 0; round < rounds; round++) {
                double without = time(decider, open);
                whole[round] = time(decider, signed);
                added[round] = whole[round] - without;
            }
            Arrays.sort(added);
            Arrays.sort(whole);
            System.out.printf(
                    Locale.ROOT,
                    "signed cookie of a session%n  added to the decision %.2f µs a request, whole decision %.2f µs (n=%d)   (goal: <= 5 µs)%n",
                    added[rounds / 2],
                    whole[rounds / 2],
                    rounds);
        }
    }

    private static HttpRequest request(String host, String target, String cookie) {
        HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, target);
        request.headers().set("Host", host).set("Accept", "*/*").set("User-Agent", "benchmark");
        if (!cookie.isEmpty()) {
            request.headers().set("Cookie", cookie);
        }
        return request;
    }

    private static double time(Decider decider, HttpRequest request) {
        long begin = System.nanoTime();
        for (int at = 0; at < TIMES; at++) {
            if (!(decider.decide(Ask.of(request)) instanceof Decision.Forward)) {
                throw new IllegalStateException("not let in: " + request);
            }
        }
        return (System.nanoTime() - begin) / 1e3 / TIMES;
    }

    private static void post(int port, String token, String path, String json)
            throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = http.send(
                    java.net.http.HttpRequest.newBuilder(
                                    URI.create("http://127.0.0.1:" + (port + 1) + "/api/routes" + path))
                            .header("Authorization", "token " + token)
                            .POST(java.net.http.HttpRequest.BodyPublishers.ofString(json))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 201) {
                throw new IOException(path + ": " + answer.statusCode() + " " + answer.body());
            }
        }
    }
}
