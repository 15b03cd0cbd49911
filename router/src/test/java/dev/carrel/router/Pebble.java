/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;

/** Debian's pebble, a real ACME authority, with a DNS server of its own in which every name leads to this machine. It may be down. */
final class Pebble implements AutoCloseable {
    private final Path folder;
    private final int first;
    private final SSLContext trust;
    private final List<Process> running = new ArrayList<>();
    private final List<String> log = new CopyOnWriteArrayList<>();

    /**
     * Prepares one, which is down.
     *
     * @param validity of its certificates
     * @param challengePort where it looks for proofs; 0 for {@link #challengePort()}
     * @param refused names that are against its policy; with as many labels as any that it is asked for, or it falls over
     */
    Pebble(Duration validity, int challengePort, String... refused) throws Exception {
        folder = Files.createTempDirectory(Files.createDirectories(Path.of("target/routers")), "pebble")
                .toAbsolutePath();
        first = RunningRouter.freePorts();
        TestCertificates own = new TestCertificates();
        TestCertificates.write(folder, "own", own.issue("localhost"));
        Files.writeString(folder.resolve("authority.pem"), own.authorityPem());
        trust = own.trusting();
        Files.writeString(folder.resolve("config.json"), """
                {"pebble": {"listenAddress": "127.0.0.1:%d", "managementListenAddress": "127.0.0.1:%d", "tlsPort": %d, "httpPort": %d,
                  "certificate": "own.pem", "privateKey": "own.key", "certificateValidityPeriod": %d, "domainBlocklist": [%s]}}
                """.formatted(
                        first,
                        first + 1,
                        first + 2,
                        challengePort == 0 ? challengePort() : challengePort,
                        validity.toSeconds(),
                        refused.length == 0 ? "" : "\"" + String.join("\", \"", refused) + "\""));
    }

    /** For the router's plain port. */
    int challengePort() {
        return first + 5;
    }

    /** Settings of a router that has a certificate for these names from here. */
    Map<String, String> settings(String... names) {
        Map<String, String> settings = new HashMap<>();
        settings.put("CARREL_SITE_PUBLIC_URL", "https://carrel.example.test:{port}");
        settings.put("CARREL_TLS_REDIRECT_PORT", Integer.toString(challengePort()));
        settings.put("CARREL_TLS_ACME", "true");
        settings.put("CARREL_TLS_ACME_AGREE", "true");
        settings.put("CARREL_TLS_ACME_DIRECTORY", "https://localhost:" + first + "/dir");
        settings.put("CARREL_TLS_ACME_EMAIL", "ops@example.test");
        settings.put("CARREL_TLS_ACME_NAMES", String.join(",", names));
        settings.put("CARREL_TLS_ACME_CA", folder.resolve("authority.pem").toString());
        settings.put("CARREL_TLS_ACME_RETRY", "1s");
        return settings;
    }

    /** Starts it, with no memory of what was before. */
    Pebble start() throws Exception {
        String dns = "127.0.0.1:" + (first + 3);
        run(List.of(
                "pebble-challtestsrv",
                "-dns01",
                dns,
                "-http01",
                "",
                "-https01",
                "",
                "-tlsalpn01",
                "",
                "-management",
                "127.0.0.1:" + (first + 4),
                "-defaultIPv6",
                ""));
        run(List.of("pebble", "-config", "config.json", "-dnsserver", dns));
        Instant end = Instant.now().plusSeconds(20);
        while (log.stream().noneMatch(line -> line.contains("ACME directory available"))) {
            assertThat(Instant.now()).as("pebble starts: %s", log).isBefore(end);
            Thread.onSpinWait();
        }
        return this;
    }

    private void run(List<String> command) {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().put("PEBBLE_VA_NOSLEEP", "1");
        // Every order is to be proven anew.
        builder.environment().put("PEBBLE_AUTHZREUSE", "0");
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new AssertionError(
                    command.getFirst() + " cannot be started (to do: host-setup install --with-tests)", e);
        }
        running.add(process);
        Thread.ofVirtual().start(() -> {
            try (BufferedReader lines = process.inputReader()) {
                lines.lines().forEach(log::add);
            } catch (IOException e) {
                log.add(e.toString());
            }
        });
    }

    /** How many orders it has seen since its start. */
    int orders() {
        return last("There are now (\\d+) orders in the db");
    }

    /** How many accounts it has. */
    int accounts() {
        return last("There are now (\\d+) accounts in memory");
    }

    private int last(String pattern) {
        Pattern line = Pattern.compile(".*" + pattern + ".*");
        return log.stream()
                .map(line::matcher)
                .filter(Matcher::matches)
                .mapToInt(match -> Integer.parseInt(match.group(1)))
                .reduce(0, (_, next) -> next);
    }

    /** The path at which it looked for the last proof. */
    String proof() {
        return log.stream()
                .filter(line -> line.contains("Attempting to validate w/ HTTP"))
                .map(line -> line.substring(line.indexOf("/.well-known/")))
                .reduce((_, next) -> next)
                .orElseThrow();
    }

    /** What trusts the certificates it gives, and nothing else. */
    SSLContext trusting() throws Exception {
        try (HttpClient client = HttpClient.newBuilder().sslContext(trust).build()) {
            String root = client.send(
                            HttpRequest.newBuilder(URI.create("https://localhost:" + (first + 1) + "/roots/0"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
            return TestCertificates.trusting((X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(root.getBytes(StandardCharsets.US_ASCII))));
        }
    }

    @Override
    public void close() {
        for (Process one : running) {
            one.destroy();
        }
        for (Process one : running) {
            one.onExit().orTimeout(10, TimeUnit.SECONDS).join();
        }
        running.clear();
    }
}
