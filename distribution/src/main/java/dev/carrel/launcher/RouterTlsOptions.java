/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** configurable-http-proxy's options for TLS at the door, as settings of the section {@code tls}. */
final class RouterTlsOptions {
    @Option(
            names = "--ssl-key",
            paramLabel = "FILE",
            description = "Key (PEM) of the door; only its owner may read it.")
    private @Nullable Path key;

    @Option(
            names = "--ssl-cert",
            paramLabel = "FILE",
            description = "Certificate (PEM) of the door with its intermediates; read again when it changes.")
    private @Nullable Path certificate;

    @Option(
            names = "--ssl-protocol",
            paramLabel = "VERSION",
            description = "The oldest version spoken: TLSv1_2 (default) or TLSv1_3.")
    private @Nullable String protocol;

    @Option(
            names = "--redirect-port",
            paramLabel = "N",
            description = "A port that sends plain HTTP to https; needs --public-url.")
    private int redirectPort;

    @Option(names = "--redirect-to", paramLabel = "N", description = "The port it sends to (default: --port).")
    private @Nullable Integer redirectTo;

    @Option(
            names = "--public-url",
            paramLabel = "URL",
            description =
                    "Carrel's own: the https URL people type, as https://lab.example.org; nobody is sent elsewhere.")
    private @Nullable URI publicUrl;

    /**
     * The settings, as environment variables.
     *
     * @param port of the door
     * @throws LauncherException when the options do not go together
     */
    Map<String, String> settings(int port) {
        Map<String, String> settings = new LinkedHashMap<>();
        if ((key == null) != (certificate == null)) {
            throw new LauncherException(
                    "--ssl-key and --ssl-cert: only one of them is given (expected: both or neither)");
        }
        if (redirectPort != 0 && (certificate == null || publicUrl == null)) {
            throw new LauncherException(
                    "--redirect-port: given without --ssl-cert and --public-url (expected: both; people are sent to that URL's host, "
                            + "never to one that a request names)");
        }
        if (key != null && certificate != null) {
            settings.put("CARREL_TLS_KEY", key.toAbsolutePath().toString());
            settings.put("CARREL_TLS_CERTIFICATE", certificate.toAbsolutePath().toString());
            settings.put("CARREL_TLS_MIN_VERSION", version());
            settings.put("CARREL_TLS_REDIRECT_PORT", Integer.toString(redirectPort));
            settings.put("CARREL_SITE_PUBLIC_URL", url(port));
        }
        return settings;
    }

    private String url(int port) {
        String base = publicUrl == null ? "https://localhost" : publicUrl.toString();
        boolean named = publicUrl != null && (publicUrl.getPort() >= 0 || redirectTo == null);
        int to = redirectTo == null ? port : redirectTo;
        return named || to == 443 ? base : base + ":" + to;
    }

    private String version() {
        return switch (protocol == null ? "TLSv1_2" : protocol) {
            case "TLSv1_2", "TLS" -> "1.2";
            case "TLSv1_3" -> "1.3";
            default ->
                throw new LauncherException("--ssl-protocol: \"" + protocol
                        + "\" (expected: TLSv1_2 or TLSv1_3; what is older is not safe and not offered)");
        };
    }
}
