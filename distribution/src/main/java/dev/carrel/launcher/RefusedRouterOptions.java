/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of configurable-http-proxy that the router does not offer: each is refused with the reason and what to do instead. */
final class RefusedRouterOptions {
    private final List<String> given = new ArrayList<>();

    @Option(names = "--storage-backend", paramLabel = "MODULE", description = "Refused: it names a module of Node's.")
    void storageBackend(@Nullable String value) {
        refuse("--storage-backend", value, "it loads a module of Node's; routes are kept by --data DIR");
    }

    @Option(names = "--ssl-allow-rc4", description = "Refused: RC4 is broken.")
    void rc4(boolean value) {
        refuse("--ssl-allow-rc4", null, "RC4 is broken and no TLS library has it any more; leave the option out");
    }

    @Option(names = "--ssl-dhparam", paramLabel = "FILE", description = "Refused: key exchange is by elliptic curves.")
    void dhparam(@Nullable String value) {
        refuse("--ssl-dhparam", value, "keys are exchanged over elliptic curves only; leave the option out");
    }

    @Option(names = "--socket", paramLabel = "PATH", description = "Refused: the door listens on TCP.")
    void socket(@Nullable String value) {
        refuse(
                "--socket",
                value,
                "limits per address need TCP; use --ip 127.0.0.1 --port N (targets may be Unix sockets: http+unix://%2Frun%2Fhub.sock)");
    }

    @Option(names = "--api-socket", paramLabel = "PATH", description = "Refused: the REST API listens on TCP.")
    void apiSocket(@Nullable String value) {
        refuse("--api-socket", value, "the REST API listens on TCP; use --api-ip 127.0.0.1 --api-port N and a token");
    }

    @Option(names = "--metrics-socket", paramLabel = "PATH", description = "Refused: metrics are served on TCP.")
    void metricsSocket(@Nullable String value) {
        refuse("--metrics-socket", value, "metrics are served on TCP; use --metrics-ip 127.0.0.1 --metrics-port N");
    }

    @Option(names = "--ssl-ciphers", paramLabel = "LIST", description = "Refused: the JDK's choice is kept.")
    void ciphers(@Nullable String value) {
        refuse("--ssl-ciphers", value, "the JDK offers none that is known to be weak; leave the option out");
    }

    @Option(
            names = {"--ssl-ca", "--ssl-request-cert", "--ssl-reject-unauthorized"},
            arity = "0..1",
            paramLabel = "FILE",
            description = "Refused: browsers are not asked for certificates.")
    void browserCertificates(@Nullable String value) {
        refuse(
                "--ssl-ca, --ssl-request-cert, --ssl-reject-unauthorized",
                value,
                "browsers are not asked for certificates; have a proxy in front do that, or let the hub sign people in");
    }

    private void refuse(String option, @Nullable String value, String why) {
        given.add(option + (value == null ? "" : " " + value) + ": not offered: " + why);
    }

    /** Throws with every refused option that was given. */
    void check() {
        if (!given.isEmpty()) {
            throw new LauncherException(String.join(System.lineSeparator() + "carrel: ", given));
        }
    }
}
