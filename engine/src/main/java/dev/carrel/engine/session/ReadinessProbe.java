/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import dev.carrel.protocol.command.SessionContainer;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks a starting server whether it answers: {@code GET <base path>api} with its token, until 200. */
class ReadinessProbe {
    /** Short, because this is what a person waits for; a refused connection costs a few microseconds. */
    private static final Duration PAUSE = Duration.ofMillis(15);

    private static final Duration ONE = Duration.ofSeconds(2);
    /** More than Jupyter says of itself there; the status is what counts. */
    private static final int MOST = 64 * 1024;

    private final JupyterApi http = new JupyterApi();

    /** How a probe ended. */
    sealed interface Outcome {
        /** The server answers. */
        record Ready() implements Outcome {}

        /** The container ended first. */
        record Ended(Ending ending) implements Outcome {}

        /** The time is over; what was last seen. */
        record TimedOut(String last) implements Outcome {}
    }

    /** Probes until the server answers, the container ends, or the time is over. */
    Outcome await(
            SessionContainer container, String basePath, String token, CompletableFuture<Ending> ending, Duration limit)
            throws InterruptedException {
        URI api = URI.create("http://" + container.address() + ":" + container.port() + basePath + "api");
        long end = System.nanoTime() + limit.toNanos();
        String last = "nothing listened on port " + container.port();
        while (System.nanoTime() < end) {
            try {
                int status = http.get(api, token, MOST, ONE).status();
                if (status == 200) {
                    return new Outcome.Ready();
                }
                last = "it answered " + status + " to GET " + basePath + "api (expected: 200)";
            } catch (IOException e) {
                last = e instanceof java.net.ConnectException ? last : "it did not answer: " + e.getMessage();
            }
            try {
                return new Outcome.Ended(ending.get(PAUSE.toMillis(), TimeUnit.MILLISECONDS));
            } catch (TimeoutException _) {
                // It lives: ask again.
            } catch (ExecutionException e) {
                throw new IllegalStateException("an ending never fails", e);
            }
        }
        return new Outcome.TimedOut(last);
    }
}
