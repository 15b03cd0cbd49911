/* Copyright the Carrel authors. */
package dev.carrel.chassis.site;

import dev.carrel.chassis.settings.Section;
import dev.carrel.chassis.settings.Setting;
import java.net.InetAddress;
import java.net.URI;
import java.util.Locale;

/** Addresses that all three processes must agree on. */
@Section(value = "site", text = "Addresses that router, engine and container-manager agree on.")
public record SiteSettings(
        @Setting(text = "The public port of the router.", def = "8000", min = 1, max = 65528)
        int port,

        @Setting(
                text =
                        "The address the router listens on; `0.0.0.0` for all. Before it leaves this machine, give it a certificate (`tls.certificate`) or put TLS in front of it.",
                def = "127.0.0.1")
        String bind,

        @Setting(
                text =
                        "The URL people type. Sessions live on hosts below its host, so `*.host` must lead here too; `*.localhost` does by itself. "
                                + "Empty: `http://localhost:{port}`.",
                def = "")
        String publicUrl,

        @Setting(
                text =
                        "The first of seven consecutive ports: six on 127.0.0.1, for router control, engine, container-manager and three health pages, and one "
                                + "on the networks of function workers and of sessions, for the workers' broker and the engine's desk for sessions. 0: the public port + 1, or 8001 when the public port is below 1024.",
                def = "0",
                min = 0,
                max = 65529)
        int internalPorts) {
    /** Ports below it may be opened by root only, unless the capability is given. */
    private static final int FIRST_FREE_FOR_ALL = 1024;

    /** Refuses URLs with a path, a user or another scheme than http and https. */
    public SiteSettings {
        if (!publicUrl.isEmpty()) {
            check(publicUrl);
        }
    }

    private static void check(String publicUrl) {
        URI uri;
        try {
            uri = URI.create(publicUrl);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "public-url: \"" + publicUrl + "\" (expected: a URL as https://lab.example.org)", e);
        }
        String scheme = String.valueOf(uri.getScheme());
        boolean plain = uri.getHost() != null
                && uri.getRawUserInfo() == null
                && uri.getRawQuery() == null
                && uri.getRawFragment() == null
                && (uri.getRawPath() == null || uri.getRawPath().isEmpty());
        if (!plain || !scheme.equals("http") && !scheme.equals("https")) {
            throw new IllegalArgumentException("public-url: \"" + publicUrl
                    + "\" (expected: http or https, a host, perhaps a port, nothing after it)");
        }
    }

    /** The base URL without a trailing slash. */
    public URI baseUrl() {
        return URI.create(publicUrl.isEmpty() ? "http://localhost:" + port : publicUrl.toLowerCase(Locale.ROOT));
    }

    /** The host of the base URL, without port. */
    public String baseHost() {
        return baseUrl().getHost();
    }

    /** The host and, unless it is the scheme's own, the port: as browsers send it in {@code Host} and {@code Origin}. */
    public String baseAuthority() {
        URI url = baseUrl();
        return url.getPort() < 0 ? url.getHost() : url.getHost() + ":" + url.getPort();
    }

    /** The URL of a session's own origin for a host label, without a trailing slash. */
    public String originUrl(String hostLabel) {
        return baseUrl().getScheme() + "://" + hostLabel + "." + baseAuthority();
    }

    /** Whether people reach us by https, so that cookies carry Secure and the {@code __Host-} prefix. */
    public boolean https() {
        return "https".equals(baseUrl().getScheme());
    }

    /**
     * Whether only this machine reaches the site: the door listens on loopback, and no proxy on this machine can be meant to bring people from
     * elsewhere, for the name they would type leads nowhere else. Names are not looked up.
     */
    public boolean local() {
        String host = baseHost();
        return loopback(bind) && (loopback(host) || host.endsWith(".localhost"));
    }

    private static boolean loopback(String host) {
        String bare = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        try {
            return bare.equals("localhost") || InetAddress.ofLiteral(bare).isLoopbackAddress();
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    /** The router's control API. */
    public int controlPort() {
        return internal(0);
    }

    /** The engine's HTTP server. */
    public int enginePort() {
        return internal(1);
    }

    /** The container-manager's message socket. */
    public int managerPort() {
        return internal(2);
    }

    /** Health and metrics of a process: router, engine or manager. */
    public int opsPort(ProcessName process) {
        return internal(
                switch (process) {
                    case ROUTER -> 3;
                    case ENGINE -> 4;
                    case MANAGER -> 5;
                });
    }

    /**
     * Where the engine listens to containers: on this machine's address in the network of function workers their broker, on that in the network of sessions the desk
     * for them; never on 127.0.0.1 or a public address.
     */
    public int containersPort() {
        return internal(6);
    }

    private int internal(int offset) {
        int first = port < FIRST_FREE_FOR_ALL ? 8001 : port + 1;
        return (internalPorts == 0 ? first : internalPorts) + offset;
    }
}
