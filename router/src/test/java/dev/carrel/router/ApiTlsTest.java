/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Map;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The control API over TLS, as a JupyterHub with internal TLS calls it. */
class ApiTlsTest {
    @TempDir
    private Path folder;

    @Test
    void onlyCallersWithACertificateOfTheAuthorityComeIn() throws Exception {
        X509Bundle authority = new CertificateBuilder()
                .subject("CN=authority")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        X509Bundle api = new CertificateBuilder()
                .subject("CN=api")
                .addSanDnsName("localhost")
                .buildIssuedBy(authority);
        X509Bundle hub = new CertificateBuilder().subject("CN=hub").buildIssuedBy(authority);
        Map<String, String> settings = Map.of(
                "CARREL_PROXY_STAND_ALONE", "true",
                "CARREL_PROXY_API_SSL_CERT", file("cert.pem", api.getCertificatePEM()),
                "CARREL_PROXY_API_SSL_KEY", file("key.pem", api.getPrivateKeyPEM()),
                "CARREL_PROXY_API_SSL_CA", file("ca.pem", authority.getCertificatePEM()),
                "CARREL_PROXY_API_SSL_REQUEST_CERT", "true");
        try (RunningRouter router = RunningRouter.start(settings)) {
            assertThat(ask(router, authority, hub.toKeyManagerFactory().getKeyManagers()))
                    .isEqualTo("200 {}");
            assertThatThrownBy(() -> ask(router, authority, null)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> router.control("GET", "/api/routes", "")).isInstanceOf(IOException.class);
        }
    }

    @Test
    void halfAPairStopsTheStart() throws Exception {
        Map<String, String> settings = Map.of("CARREL_PROXY_API_SSL_CERT", file("cert.pem", ""));

        assertThatThrownBy(() -> RunningRouter.start(settings).close())
                .hasMessageContaining("proxy.api-ssl-cert and proxy.api-ssl-key: only one of them is set");
    }

    private String file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text).toString();
    }

    private static String ask(
            RunningRouter router, X509Bundle authority, KeyManager @org.jspecify.annotations.Nullable [] keys)
            throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("ca", authority.getCertificate());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys, trust.getTrustManagers(), null);
        try (HttpClient client = HttpClient.newBuilder()
                .sslContext(context)
                .version(HttpClient.Version.HTTP_1_1)
                .build()) {
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(URI.create("https://localhost:" + router.controlPort() + "/api/routes"))
                            .header("Authorization", "token " + RunningRouter.TOKEN)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() + " " + answer.body();
        }
    }
}
