/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.chassis.site.InstanceSettings;
import dev.carrel.protocol.signed.HopSigner;
import dev.carrel.protocol.signed.SignedValues;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLHandshakeException;

/**
 * The way to engines of other instances: through the port of their routers that is for that, with a proof, and by TLS when this instance has a certificate. Nothing
 * is ever sent twice. Thread-safe.
 */
final class HopClient implements AutoCloseable {
    /** On an answer of the other engine: the call has not been taken. */
    static final String NOT_TAKEN = "X-Carrel-Not-Taken";

    private static final String ERROR = "X-Carrel-Error";
    /** The other router's words for requests that nothing was done with. */
    private static final Set<String> NOT_DONE =
            Set.of("engine.unreachable", "instance.not-there", "instance.not-vouched");

    /** The other router's log leads by the call's id to ours, which knows the client. */
    private static final String NOBODY = "0.0.0.0";

    private static final Duration CONNECT = Duration.ofSeconds(1);

    private final HopSigner signer;
    private final String scheme;
    private final HttpClient http;

    HopClient(InstanceSettings settings, SignedValues values, Clock clock) {
        this.signer = new HopSigner(settings.name(), values, clock);
        this.scheme = settings.tls() ? "https" : "http";
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(CONNECT)
                .executor(Executors.newVirtualThreadPerTaskExecutor());
        if (settings.tls()) {
            builder.sslContext(HopTrust.context(settings)).sslParameters(HopTrust.parameters());
        }
        this.http = builder.build();
    }

    /** The other instance has not got the call, or has not taken it. */
    static final class NotTakenException extends IOException {
        private static final long serialVersionUID = 1L;

        private final boolean away;

        private NotTakenException(String message, boolean away) {
            super(message);
            this.away = away;
        }

        /** Whether it would take no other call either. */
        boolean away() {
            return away;
        }
    }

    /**
     * Sends a call and waits for the beginning of what becomes of it.
     *
     * @param patience how long
     * @throws NotTakenException when it may be served by somebody else
     * @throws IOException when nobody knows what became of it
     */
    InputStream send(Neighbours.Neighbour to, byte[] head, byte[] body, String callId, Duration patience)
            throws IOException, InterruptedException {
        String authority = (to.host().indexOf(':') < 0 ? to.host() : "[" + to.host() + "]") + ":" + to.port();
        String target = HopSigner.CALLS_PATH + HopSigner.digest(head, body);
        String proof =
                signer.prove(HopSigner.calls(to.name()), HopSigner.about("POST", authority, target), NOBODY, callId);
        HttpRequest request = HttpRequest.newBuilder(URI.create(scheme + "://" + authority + target))
                .timeout(patience)
                .header(HopSigner.HEADER, proof)
                .header("Content-Type", PassedAnswer.TYPE)
                .POST(HttpRequest.BodyPublishers.fromPublisher(
                        HttpRequest.BodyPublishers.ofByteArrays(List.of(head, body)), (long) head.length + body.length))
                .build();
        HttpResponse<InputStream> response;
        try {
            response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
        } catch (ConnectException | HttpConnectTimeoutException | SSLHandshakeException e) {
            throw new NotTakenException("it cannot be reached: " + e.getMessage(), true);
        }
        if (response.statusCode() == 200
                && response.headers().firstValue("Content-Type").orElse("").equals(PassedAnswer.TYPE)) {
            return response.body();
        }
        response.body().close();
        String error = response.headers().firstValue(ERROR).orElse("");
        if (NOT_DONE.contains(error) || response.headers().firstValue(NOT_TAKEN).isPresent()) {
            throw new NotTakenException("it answers " + response.statusCode() + " " + error, !error.isEmpty());
        }
        throw new IOException("it answers " + response.statusCode() + " " + error);
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
