/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * configurable-http-proxy 5's options, as settings of ours. They have its names and its meaning; what differs stands in docs/router.md. Each becomes one setting, as if it stood in the environment, so
 * that a wrong value is refused where every setting is.
 */
final class RouterOptions {
    private static final Pattern VARIABLE = Pattern.compile("environment variable (CARREL_[A-Z_]+)");
    private static final Map<String, String> OWN_NAMES = Map.of(
            "CARREL_SITE_BIND", "--ip",
            "CARREL_SITE_INTERNAL_PORTS", "--api-port",
            "CARREL_LOG_LEVEL", "--log-level",
            "CARREL_PROXY_CUSTOM_HEADERS", "--custom-header",
            "CARREL_ROUTER_SILENCE_TIMEOUT", "--timeout",
            "CARREL_ROUTER_RESPONSE_TIMEOUT", "--proxy-timeout",
            "CARREL_ROUTER_IDLE_TIMEOUT", "--keep-alive-timeout");

    @Option(names = "--ip", paramLabel = "ADDRESS", description = "Address of the door (default: all, as 0.0.0.0).")
    private String ip = "";

    @Option(names = "--port", paramLabel = "N", description = "Port of the door (default: 8000).")
    private int port = 8000;

    @Option(names = "--api-ip", paramLabel = "ADDRESS", description = "Address of the REST API (default: 127.0.0.1).")
    private String apiIp = "127.0.0.1";

    @Option(names = "--api-port", paramLabel = "N", description = "Port of the REST API (default: --port + 1).")
    private int apiPort;

    @Option(names = "--default-target", paramLabel = "URL", description = "Where requests go that no route covers.")
    private @Nullable String defaultTarget;

    @Option(
            names = "--error-target",
            paramLabel = "URL",
            description = "The server that is asked for pages about errors: GET URL/503?url=/what/was/asked.")
    private @Nullable String errorTarget;

    @Option(
            names = "--error-path",
            paramLabel = "DIR",
            description = "A folder with pages about errors: 503.html, else error.html.")
    private @Nullable String errorPath;

    @Option(names = "--host-routing", description = "The first element of a route's path is the host it is for.")
    private boolean hostRouting;

    @Option(names = "--no-prepend-path", description = "Leave the path of a target's URL out.")
    private boolean noPrependPath;

    @Option(names = "--no-include-prefix", description = "Take the route's own path off the request's.")
    private boolean noIncludePrefix;

    @Option(names = "--no-x-forward", description = "Do not tell targets by X-Forwarded-* who asks.")
    private boolean noXForward;

    @Option(names = "--change-origin", description = "Targets see their own host in Host.")
    private boolean changeOrigin;

    @Option(
            names = "--auto-rewrite",
            description = "Redirects of a target to itself are rewritten to the host that was asked for.")
    private boolean autoRewrite;

    @Option(
            names = "--protocol-rewrite",
            paramLabel = "SCHEME",
            description = "The scheme that redirects of a target to itself get: http or https.")
    private @Nullable String protocolRewrite;

    @Option(
            names = "--custom-header",
            paramLabel = "NAME:VALUE",
            description = "A header that every request gets on its way to a target; may be given again.")
    private List<String> customHeaders = new ArrayList<>();

    @Option(names = "--insecure", description = "Do not check the certificates of https targets.")
    private boolean insecure;

    @Option(names = "--client-ssl-key", paramLabel = "FILE", description = "Key (PEM, PKCS #8) for https targets.")
    private @Nullable String clientSslKey;

    @Option(names = "--client-ssl-cert", paramLabel = "FILE", description = "Certificate (PEM) for https targets.")
    private @Nullable String clientSslCert;

    @Option(
            names = "--client-ssl-ca",
            paramLabel = "FILE",
            description = "Authorities (PEM) that https targets' certificates must come from.")
    private @Nullable String clientSslCa;

    @Option(
            names = "--client-ssl-request-cert",
            description = "Targets always show a certificate; for the original's sake.")
    boolean clientSslRequestCert;

    @Option(
            names = "--client-ssl-reject-unauthorized",
            description = "What the router does anyway, unless --insecure is given.")
    boolean clientSslRejectUnauthorized;

    @Option(names = "--api-ssl-key", paramLabel = "FILE", description = "Key (PEM, PKCS #8) of the REST API.")
    private @Nullable String apiSslKey;

    @Option(names = "--api-ssl-cert", paramLabel = "FILE", description = "Certificate (PEM) of the REST API.")
    private @Nullable String apiSslCert;

    @Option(
            names = "--api-ssl-ca",
            paramLabel = "FILE",
            description = "Authorities (PEM) that the REST API's callers' certificates must come from.")
    private @Nullable String apiSslCa;

    @Option(names = "--api-ssl-request-cert", description = "Ask the REST API's callers for a certificate.")
    private boolean apiSslRequestCert;

    @Option(
            names = "--api-ssl-reject-unauthorized",
            description = "Turn callers without a good one away (done anyway when one is asked for).")
    private boolean apiSslRejectUnauthorized;

    @Option(
            names = "--metrics-port",
            paramLabel = "N",
            description = "Serve /metrics and /health/… there (default: nowhere).")
    private int metricsPort;

    @Option(names = "--metrics-ip", paramLabel = "ADDRESS", description = "Address of that port (default: 127.0.0.1).")
    private String metricsIp = "127.0.0.1";

    @Option(
            names = "--timeout",
            paramLabel = "MS",
            description = "How long an answer or a WebSocket may stand still (default: 1 hour).")
    private @Nullable Long timeout;

    @Option(
            names = "--proxy-timeout",
            paramLabel = "MS",
            description = "How long a target may take to begin its answer (default: 1 hour).")
    private @Nullable Long proxyTimeout;

    @Option(
            names = "--keep-alive-timeout",
            paramLabel = "MS",
            description = "How long a client's connection may rest between requests (default: 75 s).")
    private @Nullable Long keepAliveTimeout;

    @Option(names = "--log-level", paramLabel = "LEVEL", description = "debug, info, warn or error (default: info).")
    private String logLevel = "info";

    @Option(
            names = "--trusted-proxies",
            paramLabel = "RANGES",
            description =
                    "Carrel's own: addresses of the proxies in front, as 10.0.0.0/8,::1, whose X-Forwarded-For and -Proto are believed. Others' never are.")
    private @Nullable String trustedProxies;

    /** The port of the door. */
    int port() {
        return port;
    }

    /** The settings, as environment variables. */
    Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("CARREL_PROXY_STAND_ALONE", "true");
        settings.put("CARREL_SITE_BIND", every(ip, "0.0.0.0"));
        settings.put("CARREL_SITE_PORT", Integer.toString(port));
        settings.put("CARREL_SITE_INTERNAL_PORTS", Integer.toString(apiPort));
        settings.put("CARREL_PROXY_API_IP", every(apiIp, "127.0.0.1"));
        put(settings, "CARREL_PROXY_DEFAULT_TARGET", defaultTarget);
        put(settings, "CARREL_PROXY_ERROR_TARGET", errorTarget);
        put(settings, "CARREL_PROXY_ERROR_PATH", errorPath);
        settings.put("CARREL_PROXY_HOST_ROUTING", Boolean.toString(hostRouting));
        settings.put("CARREL_PROXY_PREPEND_PATH", Boolean.toString(!noPrependPath));
        settings.put("CARREL_PROXY_INCLUDE_PREFIX", Boolean.toString(!noIncludePrefix));
        settings.put("CARREL_PROXY_X_FORWARD", Boolean.toString(!noXForward));
        settings.put("CARREL_PROXY_CHANGE_ORIGIN", Boolean.toString(changeOrigin));
        settings.put("CARREL_PROXY_AUTO_REWRITE", Boolean.toString(autoRewrite));
        put(settings, "CARREL_PROXY_PROTOCOL_REWRITE", scheme(protocolRewrite));
        settings.put("CARREL_PROXY_CUSTOM_HEADERS", String.join("\n", customHeaders));
        settings.put("CARREL_PROXY_VERIFY_TARGETS", Boolean.toString(!insecure));
        put(settings, "CARREL_PROXY_CLIENT_SSL_KEY", clientSslKey);
        put(settings, "CARREL_PROXY_CLIENT_SSL_CERT", clientSslCert);
        put(settings, "CARREL_PROXY_CLIENT_SSL_CA", clientSslCa);
        put(settings, "CARREL_PROXY_API_SSL_KEY", apiSslKey);
        put(settings, "CARREL_PROXY_API_SSL_CERT", apiSslCert);
        put(settings, "CARREL_PROXY_API_SSL_CA", apiSslCa);
        settings.put(
                "CARREL_PROXY_API_SSL_REQUEST_CERT", Boolean.toString(apiSslRequestCert || apiSslRejectUnauthorized));
        settings.put("CARREL_PROXY_METRICS_PORT", Integer.toString(metricsPort));
        settings.put("CARREL_PROXY_METRICS_IP", every(metricsIp, "127.0.0.1"));
        put(settings, "CARREL_ROUTER_TRUSTED_PROXIES", trustedProxies);
        put(settings, "CARREL_ROUTER_SILENCE_TIMEOUT", millis(timeout));
        settings.put("CARREL_ROUTER_RESPONSE_TIMEOUT", proxyTimeout == null ? "1h" : proxyTimeout + "ms");
        put(settings, "CARREL_ROUTER_IDLE_TIMEOUT", millis(keepAliveTimeout));
        settings.put("CARREL_LOG_LEVEL", logLevel);
        settings.put("CARREL_LOG_FILE", "false");
        settings.put("CARREL_LOG_CONSOLE", "true");
        return settings;
    }

    /** A text about settings, in the words of the options that they came from. */
    static String inOptions(String text) {
        return VARIABLE.matcher(text)
                .replaceAll(found ->
                        Matcher.quoteReplacement(OWN_NAMES.getOrDefault(found.group(1), option(found.group(1)))));
    }

    private static String option(String variable) {
        String name = variable.replaceFirst("CARREL_(PROXY|ROUTER|SITE|LOG|TLS)_", "");
        return "--" + name.toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static void put(Map<String, String> settings, String name, @Nullable String value) {
        if (value != null) {
            settings.put(name, value);
        }
    }

    /** Node takes {@code *} and nothing for every address, and a JupyterHub passes on what stands in its URLs. */
    private static String every(String address, String ifEmpty) {
        return address.equals("*") ? "0.0.0.0" : address.isEmpty() ? ifEmpty : address;
    }

    private static @Nullable String scheme(@Nullable String text) {
        return text != null && text.endsWith(":") ? text.substring(0, text.length() - 1) : text;
    }

    private static @Nullable String millis(@Nullable Long time) {
        return time == null ? null : time + "ms";
    }
}
