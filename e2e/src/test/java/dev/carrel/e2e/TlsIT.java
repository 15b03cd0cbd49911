/* Copyright the Carrel authors. */
package dev.carrel.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.Cookie;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
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

/** Two files and an https address: a person works over HTTP/2, kernels included, and a renewed certificate disturbs nobody. The steps build on one another. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TlsIT {
    private static final int WAIT = 20_000;

    private Carrel carrel;
    private Browser browser;
    private BrowserContext person;
    private Page page;
    private Evidence evidence;
    private PageKernel kernel;
    private int redirectPort;
    private String printed;

    @RegisterExtension
    final AfterTestExecutionCallback telling = context -> context.getExecutionException()
            .ifPresent(failure -> evidence.tell(carrel, context.getDisplayName(), failure));

    @BeforeAll
    void start() throws Exception {
        carrel = Carrel.prepared();
        redirectPort = freeLowPort();
        carrel.succeed("setup");
        writePair();
        carrel.with("CARREL_SITE_PUBLIC_URL", url())
                .with("CARREL_TLS_CERTIFICATE", "etc/tls/site.pem")
                .with("CARREL_TLS_KEY", "etc/tls/site.key")
                .with("CARREL_TLS_REDIRECT_PORT", Integer.toString(redirectPort));
        printed = carrel.start();
        browser = new Browser();
        person = browser.personWhoTrustsAnyCertificate();
        page = person.newPage();
        evidence = new Evidence(page);
    }

    @AfterAll
    void stop() {
        browser.close();
        carrel.close();
    }

    private String url() {
        return "https://localhost:" + carrel.port();
    }

    /** One that only root, or who has the capability, can open; another one where that is not us. */
    private static int freeLowPort() throws IOException {
        for (int port = 1023; port > 600; port--) {
            try (ServerSocket socket = new ServerSocket()) {
                socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return port;
            } catch (IOException _) {
                // Somebody has it; the next one.
            }
        }
        return Carrel.freePorts();
    }

    /** Makes a new pair with the JDK's keytool and puts it into place as the operator would; returns the certificate. */
    private byte[] writePair() throws Exception {
        Path folder = Files.createDirectories(carrel.data().resolve("etc/tls"));
        Path store = Files.createTempDirectory("tls").resolve("pair.p12");
        Carrel.Ran ran = Carrel.exec(
                "",
                Map.of(),
                List.of(
                        Path.of(System.getProperty("java.home"), "bin/keytool").toString(),
                        "-genkeypair",
                        "-alias",
                        "site",
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost,dns:*.localhost",
                        "-validity",
                        "60",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        "changeit"));
        assertThat(ran.status()).as(ran.all()).isZero();
        KeyStore pair = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(store)) {
            pair.load(in, "changeit".toCharArray());
        }
        byte[] certificate = pair.getCertificate("site").getEncoded();
        write(folder.resolve("site.pem"), "CERTIFICATE", certificate);
        write(
                folder.resolve("site.key"),
                "PRIVATE KEY",
                pair.getKey("site", "changeit".toCharArray()).getEncoded());
        return certificate;
    }

    private static void write(Path file, String kind, byte[] bytes) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        String base64 = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(bytes);
        Files.writeString(fresh, "-----BEGIN " + kind + "-----\n" + base64 + "\n-----END " + kind + "-----\n");
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
        if ("root".equals(System.getProperty("user.name"))) {
            Carrel.Ran given = Carrel.exec("", Map.of(), List.of("chown", "carrel", fresh.toString()));
            assertThat(given.status()).as(given.all()).isZero();
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private Object protocol() {
        return page.evaluate("performance.getEntriesByType('navigation')[0].nextHopProtocol");
    }

    @Test
    @Order(1)
    void signingInWorksOverHttp2AndCookiesNeverLeaveIt() {
        Matcher link = Pattern.compile("https://\\S+/hub/invite/\\S+").matcher(printed);
        assertThat(link.find()).as("a one-time https link in: %s", printed).isTrue();
        page.navigate(link.group());
        page.locator("input[type=password]").first().fill("a really long pass phrase");
        if (page.locator("input[type=password]").count() > 1) {
            page.locator("input[type=password]").nth(1).fill("a really long pass phrase");
        }
        page.locator("form button[type=submit]").last().click();
        page.waitForURL("**/hub/home");

        assertThat(protocol()).isEqualTo("h2");
        assertThat(person.cookies()).isNotEmpty().allMatch(cookie -> cookie.secure);
        assertThat(person.cookies())
                .extracting((Cookie cookie) -> cookie.name)
                .anyMatch(name -> name.startsWith("__Host-"));
    }

    @Test
    @Order(2)
    void aSessionOpensOnItsOwnOriginOverHttp2() {
        page.getByRole(
                        AriaRole.BUTTON,
                        new Page.GetByRoleOptions().setName("Start").setExact(false))
                .first()
                .click();
        page.waitForURL(Pattern.compile("https://admin--main\\.localhost:.*/user/admin/lab.*"));

        assertThat(protocol()).isEqualTo("h2");
    }

    @Test
    @Order(3)
    void aKernelAnswersThroughAWebSocketOverHttp2() throws Exception {
        kernel = PageKernel.open(page, "admin");

        assertThat(kernel.run("print(6 * 7)")).isEqualTo("42");
        // Chromium opens a WebSocket of HTTP/1.1 on a connection of its own, for which it offers nothing but HTTP/1.1.
        assertThat(metrics())
                .contains("carrel_router_tls_handshakes_total{outcome=\"done\",protocol=\"http/1.1\"} 0.0")
                .containsPattern("carrel_router_websockets [1-9]");
    }

    private String metrics() throws Exception {
        URLConnection asked = URI.create("http://127.0.0.1:" + (carrel.port() + 4) + "/metrics")
                .toURL()
                .openConnection();
        asked.setReadTimeout(WAIT);
        try (var in = asked.getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    @Order(4)
    void aRenewedCertificateIsServedAndTheOpenKernelStays() throws Exception {
        byte[] renewed = writePair();

        Awaitility.await()
                .atMost(Carrel.seconds(30))
                .untilAsserted(() -> assertThat(served()).isEqualTo(renewed));
        assertThat(kernel.run("print('still here')")).isEqualTo("still here");
        assertThat(carrel.succeed("status")).contains(url()).doesNotContain("warning");
    }

    private byte[] served() throws Exception {
        var trusting = SSLContext.getInstance("TLS");
        trusting.init(null, new TrustManager[] {new AnyCertificate()}, null);
        try (var socket = (SSLSocket) trusting.getSocketFactory().createSocket("127.0.0.1", carrel.port())) {
            socket.setSoTimeout(WAIT);
            socket.startHandshake();
            return socket.getSession().getPeerCertificates()[0].getEncoded();
        }
    }

    /** The test compares certificates itself. */
    private static final class AnyCertificate extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket at) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket at) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine at) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine at) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    @Test
    @Order(5)
    void plainHttpOnALowPortIsSentToHttpsByARouterWithThatOneCapability() throws Exception {
        HttpURLConnection plain =
                (HttpURLConnection) URI.create("http://localhost:" + redirectPort + "/hub/login?next=x")
                        .toURL()
                        .openConnection();
        plain.setInstanceFollowRedirects(false);
        plain.setConnectTimeout(WAIT);
        plain.setReadTimeout(WAIT);

        assertThat(plain.getResponseCode()).isEqualTo(301);
        assertThat(plain.getHeaderField("Location")).isEqualTo(url() + "/hub/login?next=x");
        if ("root".equals(System.getProperty("user.name"))) {
            // CAP_NET_BIND_SERVICE is number 10.
            assertThat(Files.readAllLines(Path.of("/proc/" + carrel.pid("router") + "/status")))
                    .contains("CapEff:\t0000000000000400", "CapBnd:\t0000000000000400");
            assertThat(Files.readAllLines(Path.of("/proc/" + carrel.pid("engine") + "/status")))
                    .contains("CapEff:\t0000000000000000");
        }
    }
}
