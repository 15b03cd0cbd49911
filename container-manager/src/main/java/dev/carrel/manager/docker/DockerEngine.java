/* Copyright the Carrel authors. */
package dev.carrel.manager.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import dev.carrel.manager.policy.DockerPolicy;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.FailureCode;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The only place that opens Docker's socket. No call is without a limit of time: a Docker engine that hangs costs the caller that limit and
 * nobody else anything.
 *
 * <p>Calls and streams have a client each: events may rightly be silent for hours, an answer may not. docker-java's answers for "no such
 * thing", "exists already" and "is so already" reach the caller as they are; every other fault becomes a {@link CommandFailure}.
 */
public final class DockerEngine implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DockerEngine.class);
    private static final Duration PING = Duration.ofSeconds(2);
    private static final int CONNECTIONS = 80;
    private static final int ATTEMPTS = 3;

    private final String host;
    private final Duration timeout;
    private final DockerClient calls;
    private final DockerClient streams;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("docker-call-", 0).factory());

    /** Connects nothing yet. */
    public DockerEngine(DockerPolicy policy) {
        host = policy.host();
        timeout = policy.timeout();
        // The longest call is a stop with the longest grace; the limit of each call is kept by within().
        calls = client(host, timeout.plus(Duration.ofMinutes(6)));
        streams = client(host, null);
    }

    private static DockerClient client(String host, @Nullable Duration silence) {
        var config = DefaultDockerClientConfig.createDefaultConfigBuilder()
                .withDockerHost(host)
                .withDockerTlsVerify(false)
                .withDockerConfig("/nonexistent")
                .build();
        var transport = new ZerodepDockerHttpClient.Builder()
                .dockerHost(URI.create(host))
                .maxConnections(CONNECTIONS)
                .connectionTimeout(Duration.ofSeconds(5));
        if (silence != null) {
            transport.responseTimeout(silence);
        }
        return DockerClientImpl.getInstance(config, transport.build());
    }

    /** One call with the usual limit. */
    public <T> T call(String what, Function<DockerClient, T> work) throws CommandFailure, InterruptedException {
        return call(what, timeout, work);
    }

    /**
     * One call. Sent again at once when its connection turns out to be dead: after a restart of the Docker engine every kept connection is. So
     * {@code work} must be something that may be done twice; all that the manager asks is.
     *
     * @param what is being done, for messages
     * @throws NotFoundException there is no such thing
     * @throws ConflictException the name is taken, or it cannot be done now
     * @throws NotModifiedException it is so already
     */
    public <T> T call(String what, Duration limit, Function<DockerClient, T> work)
            throws CommandFailure, InterruptedException {
        Future<T> call = threads.submit(() -> attempt(work));
        try {
            return call.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException _) {
            throw silent(what, limit);
        } catch (ExecutionException e) {
            throw failure(what, e);
        } finally {
            call.cancel(true);
        }
    }

    private <T> T attempt(Function<DockerClient, T> work) {
        for (int left = ATTEMPTS; ; left--) {
            try {
                return work.apply(calls);
            } catch (RuntimeException e) {
                if (left == 1
                        || !Failures.unreachable(e)
                        || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                LOG.debug("sending a call to the Docker engine again", e);
            }
        }
    }

    /** Runs a stream to its end; {@code callback} gets its items on a thread of docker-java. */
    public <T> void stream(String what, Duration limit, Function<DockerClient, ResultCallback.Adapter<T>> work)
            throws CommandFailure, InterruptedException {
        Future<Boolean> ended = threads.submit(() -> {
            try (ResultCallback.Adapter<T> callback = work.apply(streams)) {
                return callback.awaitCompletion(limit.toMillis(), TimeUnit.MILLISECONDS);
            }
        });
        try {
            if (!ended.get(limit.toMillis() + 100, TimeUnit.MILLISECONDS)) {
                throw silent(what, limit);
            }
        } catch (TimeoutException _) {
            throw silent(what, limit);
        } catch (ExecutionException e) {
            throw failure(what, e);
        } finally {
            ended.cancel(true);
        }
    }

    /** The client of endless streams, for the one that watches events. */
    DockerClient streams() {
        return streams;
    }

    /** Whether the Docker engine answers now; waits two seconds at most. */
    public boolean answers() throws InterruptedException {
        try {
            call("ping", PING, client -> client.pingCmd().exec());
            return true;
        } catch (CommandFailure e) {
            LOG.debug("ping: {}", e.getMessage());
            return false;
        }
    }

    /** What to tell when it does not answer. */
    public String absence() {
        return "the Docker engine does not answer at " + host
                + " (expected: it runs; see: systemctl status docker, or: carrel doctor)";
    }

    private CommandFailure silent(String what, Duration limit) {
        return new CommandFailure(
                FailureCode.DOCKER_UNAVAILABLE,
                what + ": the Docker engine at " + host + " did not answer within " + limit.toMillis()
                        + " ms (if it hangs: systemctl restart docker)");
    }

    private CommandFailure failure(String what, ExecutionException wrapper) {
        Throwable cause = wrapper.getCause() == null ? wrapper : wrapper.getCause();
        return switch (cause) {
            case NotFoundException e -> throw e;
            case ConflictException e -> throw e;
            case NotModifiedException e -> throw e;
            default -> {
                LOG.debug("{} failed", what, cause);
                yield Failures.of(what, cause, absence());
            }
        };
    }

    @Override
    public void close() {
        threads.shutdownNow();
        for (DockerClient client : new DockerClient[] {calls, streams}) {
            try {
                client.close();
            } catch (IOException e) {
                LOG.warn("closing the connection to the Docker engine", e);
            }
        }
    }
}
