/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Reads from the server in a session, which runs a person's code: so much is read and no more, and the time given is for all of it, head and body. Redirects are
 * answers. Thread-safe.
 */
public final class JupyterApi {
    private static final Duration CONNECT = Duration.ofSeconds(2);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();

    /**
     * What the server answered.
     *
     * @param whole false when the body is longer than what was wanted; it is the beginning then
     */
    public record Answer(int status, byte[] body, boolean whole) {}

    /**
     * A GET with the token that the session's server demands.
     *
     * @param most bytes of the body
     * @throws IOException when there is no answer in time, or none that is HTTP
     */
    public Answer get(URI uri, String token, int most, Duration time) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(uri)
                .header("Authorization", "token " + token)
                .header("Accept", "application/json")
                .build();
        Taken taken = new Taken(most);
        CompletableFuture<HttpResponse<Void>> answer = http.sendAsync(request, taken::body);
        try {
            CompletableFuture.anyOf(answer, taken.full).get(time.toNanos(), TimeUnit.NANOSECONDS);
            return taken.answer();
        } catch (TimeoutException e) {
            throw new IOException("no answer within " + time.toMillis() + " ms", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
        } finally {
            answer.cancel(true);
        }
    }

    /** What has come. */
    private static final class Taken {
        private final int most;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final CompletableFuture<Void> full = new CompletableFuture<>();
        private int status;

        private Taken(int most) {
            this.most = most;
        }

        private synchronized HttpResponse.BodySubscriber<Void> body(HttpResponse.ResponseInfo head) {
            status = head.statusCode();
            return HttpResponse.BodySubscribers.ofByteArrayConsumer(part -> part.ifPresent(this::take));
        }

        private synchronized void take(byte[] part) {
            int room = most - bytes.size();
            bytes.write(part, 0, Math.min(room, part.length));
            if (part.length > room) {
                full.complete(null);
            }
        }

        private synchronized Answer answer() {
            return new Answer(status, bytes.toByteArray(), !full.isDone());
        }
    }
}
