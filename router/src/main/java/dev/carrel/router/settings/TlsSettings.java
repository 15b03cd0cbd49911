/* Copyright the Carrel authors. */
package dev.carrel.router.settings;

import dev.carrel.chassis.settings.Section;
import dev.carrel.chassis.settings.Setting;
import java.time.Duration;
import java.util.List;

/** The public door's own TLS. Off while no certificate is named and none is to be had by ACME: then somebody in front of the door speaks it, or nobody. */
@Section(
        value = "tls",
        text = "TLS at the public door. Files are PEM, relative to the data folder, and read again when they change.")
public record TlsSettings(
        @Setting(
                text =
                        "The certificate with its intermediates, the own one first, as `etc/tls/fullchain.pem`; for the base host and `*.` below it. "
                                + "`site.public-url` must be https then. Empty: no TLS here.",
                def = "")
        String certificate,

        @Setting(
                text = "The key of the certificate. Nobody but the user the router runs as may be able to read it.",
                def = "")
        String key,

        @Setting(text = "The password of keys that are encrypted.", def = "", secret = true)
        String keyPassword,

        @Setting(
                text =
                        "Further certificates; a client gets the one for the name it asks for, else one with a wildcard for it, else the first.",
                def = "[]")
        List<CertificatePair> more,

        @Setting(
                text = "The oldest version spoken. There is nothing older than 1.2 to be had.",
                def = "1.2",
                pattern = "1\\.2|1\\.3")
        String minVersion,

        @Setting(text = "Whether browsers are offered HTTP/2.", def = "true")
        boolean http2,

        @Setting(
                text = "How many requests and WebSockets one HTTP/2 connection may have at once.",
                def = "128",
                min = 1,
                max = 65_535)
        int http2Streams,

        @Setting(
                text =
                        "A port, on the same address, which sends whoever comes there by plain HTTP to the https address. 0: none. Usual: 80.",
                def = "0",
                min = 0,
                max = 65_535)
        int redirectPort,

        @Setting(
                text = "How long before its end a certificate is warned of, in the log and on the health page.",
                def = "21d",
                min = 0,
                max = 31_536_000_000L)
        Duration expiryWarning,

        @Setting(
                text = "How long a TLS handshake may take; then the connection is closed.",
                def = "10s",
                min = 10,
                max = 600_000)
        Duration handshakeTimeout,

        @Setting(
                text =
                        "Whether the router has its certificate from an authority by ACME (http-01), and renews it, in the place of `tls.certificate`. Needs `tls.redirect-port`, and "
                                + "no wildcard is to be had: see docs/router.md, \"Certificates by ACME\".",
                def = "false")
        boolean acme,

        @Setting(text = "The authority's ACME directory.", def = "https://acme-v02.api.letsencrypt.org/directory")
        String acmeDirectory,

        @Setting(
                text = "Whether you agree to the terms of service of that authority; nothing is asked of it before.",
                def = "false")
        boolean acmeAgree,

        @Setting(
                text = "Where the authority may write to you, as `ops@example.org`. Empty: nowhere.",
                def = "",
                pattern = "|[^\\s@:<>\",?&]+@[^\\s@:<>\",?&]+")
        String acmeEmail,

        @Setting(
                text =
                        "The host names the certificate is for: the base host and hosts below it, no wildcards. Empty: the base host.",
                def = "[]")
        List<String> acmeNames,

        @Setting(
                text =
                        "Whom to trust for the authority's own https, as a PEM file, relative to the data folder: for an authority of your own. Empty: those that Java trusts.",
                def = "")
        String acmeCa,

        @Setting(
                text =
                        "How long after a failure the authority is asked again; twice as long after each further one, up to 4 h, and never before the authority says.",
                def = "5m",
                min = 1_000,
                max = 14_400_000)
        Duration acmeRetry) {

    /** Refuses half a pair, and what does not go together. */
    public TlsSettings {
        if (certificate.isEmpty() != key.isEmpty()) {
            throw new IllegalArgumentException(
                    "tls.certificate and tls.key: only one of them is set (expected: both or neither)");
        }
        if (certificate.isEmpty() && !acme && !more.isEmpty()) {
            throw new IllegalArgumentException(
                    "tls.more is set, but tls.certificate is not (expected: the first certificate there)");
        }
        if (acme) {
            AcmeRules.check(certificate, redirectPort, acmeDirectory, acmeAgree, acmeNames);
        } else if (!acmeNames.isEmpty()) {
            throw new IllegalArgumentException(
                    "tls.acme-names: " + acmeNames
                            + ", but tls.acme is false (expected: tls.acme: true to have a certificate for them, else no names)");
        }
    }

    /** Whether the door itself speaks TLS. */
    public boolean on() {
        return acme || !certificate.isEmpty();
    }

    /**
     * The names to have a certificate for, by the site's base host.
     *
     * @throws IllegalArgumentException when it cannot be for them
     */
    public List<String> acmeNamesFor(String baseHost) {
        return AcmeRules.names(baseHost, acmeNames, more.isEmpty());
    }

    /**
     * One more certificate.
     *
     * @param certificate the file of the certificate and its intermediates
     * @param key the file of its key
     */
    public record CertificatePair(
            @Setting(text = "The certificate with its intermediates, the own one first.", required = true)
            String certificate,

            @Setting(text = "Its key.", required = true) String key) {}
}
