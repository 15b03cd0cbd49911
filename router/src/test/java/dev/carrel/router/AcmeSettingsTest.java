/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Settings of ACME that cannot work stop the start, and say what would. */
class AcmeSettingsTest {
    private static Map<String, String> good() {
        Map<String, String> settings = new HashMap<>();
        settings.put("CARREL_SITE_PUBLIC_URL", "https://lab.example.org");
        settings.put("CARREL_TLS_REDIRECT_PORT", "{port+7}");
        settings.put("CARREL_TLS_ACME", "true");
        settings.put("CARREL_TLS_ACME_AGREE", "true");
        // Nobody listens there, if a test should come so far.
        settings.put("CARREL_TLS_ACME_DIRECTORY", "https://localhost:{port+7}/directory");
        return settings;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "TLS_ACME_AGREE     | false                  | tls.acme-agree: false (expected: true, once you have read the terms of service",
                "TLS_REDIRECT_PORT  | 0                      | tls.redirect-port: 0 with tls.acme (expected: 80, or the port to which port 80 is forwarded",
                "TLS_ACME_DIRECTORY | http://ca.example.org  | tls.acme-directory: \"http://ca.example.org\" (expected: an https URL",
                "TLS_ACME_DIRECTORY | https:// x             | tls.acme-directory: \"https:// x\" (expected: an https URL",
                "TLS_ACME_NAMES     | lab.example.org,*.lab.example.org | \"*.lab.example.org\" (expected: names without wildcard: authorities give wildcards for dns-01 only",
                "TLS_ACME_NAMES     | Lab.example.org        | \"Lab.example.org\" (expected: a host name in lower case",
                "TLS_ACME_NAMES     | lab.example.org:443    | \"lab.example.org:443\" (expected: a host name",
                "TLS_ACME_NAMES     | 192.0.2.1              | \"192.0.2.1\" (expected: a host name",
                "TLS_ACME_NAMES     | localhost              | \"localhost\" (expected: a host name",
                "TLS_ACME_NAMES     | lab.example.org,lab.example.org | \"lab.example.org\" is there twice (expected: once)",
                "TLS_ACME_NAMES     | lab.example.org,www.example.org | \"www.example.org\" (expected: lab.example.org, which is the host of site.public-url, or a host below it",
                "TLS_ACME_NAMES     | ada--main.lab.example.org | (expected: lab.example.org among them",
                "TLS_ACME_EMAIL     | mailto:ops@example.org | mailto:ops@example.org",
                "TLS_ACME_RETRY     | 1ms                    | 1ms",
                "TLS_ACME_CA        | nothing.pem            | nothing.pem: there is no such file (expected: PEM, the certificate by which the authority",
                "SITE_PUBLIC_URL    | http://lab.example.org | tls.acme is set, but site.public-url is http://lab.example.org (expected: the https address",
                "SITE_PUBLIC_URL    | https://192.0.2.1      | tls.acme is true, but the host of site.public-url is 192.0.2.1 (expected: a name that leads here",
                "SITE_PUBLIC_URL    | https://localhost      | tls.acme is true, but the host of site.public-url is localhost (expected: a name that leads here",
            })
    void whatCannotWorkStopsTheStartAndSaysWhatWould(String key, String value, String message) {
        Map<String, String> settings = good();
        settings.put("CARREL_" + key, value);
        assertThatThrownBy(() -> RunningRouter.start(settings).close()).hasStackTraceContaining(message);
    }

    @Test
    void namesForNobodyAndTwoCertificatesInOnePlaceAreRefused() {
        Map<String, String> nobody = good();
        nobody.put("CARREL_TLS_ACME", "false");
        nobody.put("CARREL_TLS_ACME_NAMES", "lab.example.org");
        assertThatThrownBy(() -> RunningRouter.start(nobody).close())
                .hasStackTraceContaining(
                        "tls.acme-names: [lab.example.org], but tls.acme is false (expected: tls.acme: true");

        Map<String, String> two = good();
        two.put("CARREL_TLS_CERTIFICATE", "etc/tls/fullchain.pem");
        two.put("CARREL_TLS_KEY", "etc/tls/privkey.pem");
        assertThatThrownBy(() -> RunningRouter.start(two).close())
                .hasStackTraceContaining(
                        "tls.acme is true and tls.certificate is \"etc/tls/fullchain.pem\" (expected: one of them");

        Map<String, String> many = good();
        StringBuilder names = new StringBuilder("lab.example.org");
        for (int i = 0; i < 100; i++) {
            names.append(",a").append(i).append(".lab.example.org");
        }
        many.put("CARREL_TLS_ACME_NAMES", names.toString());
        assertThatThrownBy(() -> RunningRouter.start(many).close())
                .hasStackTraceContaining("tls.acme-names: 101 names (expected: 100 at most in one certificate)");
    }
}
