/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.dynamodb;

import dev.carrel.plugin.table.DatabaseException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.StandardRetryStrategy;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.InternalServerErrorException;
import software.amazon.awssdk.services.dynamodb.model.LimitExceededException;
import software.amazon.awssdk.services.dynamodb.model.ReplicatedWriteConflictException;
import software.amazon.awssdk.services.dynamodb.model.ResourceInUseException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.model.TransactionConflictException;
import software.amazon.awssdk.services.dynamodb.model.TransactionInProgressException;

/** Calls the service, again where that can do no harm, and makes {@link DatabaseException}s of what goes wrong. Any thread. */
final class Calls implements AutoCloseable {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(25);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
    private static final int CLIENT_FAULT = 400;
    private static final int SERVER_FAULT = 500;

    private final String name;
    private final Duration limit;
    private final SdkHttpClient http;
    private final AwsCredentialsProvider credentials;
    private final DynamoDbClient readers;
    private final DynamoDbClient writers;

    Calls(DynamoSettings settings, Region region) {
        this.name = "DynamoDB " + (settings.endpoint().isEmpty() ? region.id() : settings.endpoint());
        this.limit = settings.queryTimeout();
        this.http = UrlConnectionHttpClient.builder()
                .connectionTimeout(settings.connectTimeout().dividedBy(settings.attempts()))
                .socketTimeout(settings.queryTimeout())
                .build();
        this.credentials = settings.accessKey().isEmpty()
                ? DefaultCredentialsProvider.builder().build()
                : StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(settings.accessKey(), settings.secretKey()));
        this.readers = client(settings, region, Calls::isTransient);
        this.writers = client(settings, region, Calls::isUndone);
    }

    private DynamoDbClient client(
            DynamoSettings settings, Region region, java.util.function.Predicate<Throwable> again) {
        StandardRetryStrategy retries = StandardRetryStrategy.builder()
                // They would ask again for a write whose answer was lost.
                .useClientDefaults(false)
                .maxAttempts(settings.attempts())
                .retryOnException(again)
                .treatAsThrottling(Calls::isThrottled)
                .backoffStrategy(BackoffStrategy.exponentialDelay(FIRST_PAUSE, LONGEST_PAUSE))
                .throttlingBackoffStrategy(BackoffStrategy.exponentialDelay(FIRST_PAUSE.multipliedBy(4), LONGEST_PAUSE))
                .build();
        var builder = DynamoDbClient.builder()
                .region(region)
                .credentialsProvider(credentials)
                .httpClient(http)
                .overrideConfiguration(
                        config -> config.apiCallTimeout(settings.longestCall()).retryStrategy(retries));
        if (!settings.endpoint().isEmpty()) {
            builder.endpointOverride(URI.create(settings.endpoint()));
        }
        return builder.build();
    }

    /** Which service, for people. */
    String name() {
        return name;
    }

    /** A request. */
    interface Work<T> {
        T by(DynamoDbClient client);
    }

    /** Whether a request may succeed when it is made again. */
    private static boolean isTransient(Throwable failure) {
        return isUndone(failure)
                || isCause(failure, IOException.class)
                || (failure instanceof AwsServiceException service && service.statusCode() >= SERVER_FAULT);
    }

    /** Whether it is certain that a request did nothing, and may succeed when it is made again. */
    private static boolean isUndone(Throwable failure) {
        return isThrottled(failure)
                || isCause(failure, ConnectException.class)
                || isCause(failure, NoRouteToHostException.class)
                || isCause(failure, UnknownHostException.class);
    }

    private static boolean isThrottled(Throwable failure) {
        return failure instanceof AwsServiceException service && service.isThrottlingException();
    }

    private static boolean isCause(@Nullable Throwable failure, Class<? extends Throwable> kind) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (kind.isInstance(at)) {
                return true;
            }
        }
        return false;
    }

    /** A request that changes nothing, or that may happen twice. */
    <T> T read(String doing, Work<T> work) {
        try {
            return work.by(readers);
        } catch (SdkException e) {
            throw failure(doing, e);
        }
    }

    /** A request that is made again only when the one before did certainly nothing: also after others wrote the same row. */
    <T> T write(String doing, Work<T> work) {
        return patiently(doing, writers, work);
    }

    /** A request with a token by which the service knows it again. */
    <T> T writeOnce(String doing, Work<T> work) {
        return patiently(doing, readers, work);
    }

    private <T> T patiently(String doing, DynamoDbClient client, Work<T> work) {
        long begun = System.nanoTime();
        for (int attempt = 1; ; attempt++) {
            try {
                return work.by(client);
            } catch (TransactionConflictException
                    | TransactionInProgressException
                    | ReplicatedWriteConflictException e) {
                pause(doing, attempt, begun, e);
            } catch (SdkException e) {
                throw failure(doing, e);
            }
        }
    }

    /** Whether a call that began then has used up its time, so that it asks no more. */
    boolean isOver(long begun) {
        return System.nanoTime() - begun > limit.toNanos();
    }

    /**
     * Waits, longer from attempt to attempt, for others that write the same rows.
     *
     * @param begun when the call began
     * @throws DatabaseException retryable, when the call's time is over
     */
    void pause(String doing, int attempt, long begun, Exception cause) {
        if (isOver(begun) || Thread.currentThread().isInterrupted()) {
            throw new DatabaseException(
                    doing + " in " + name + " failed: others write the same rows all the time (try again)",
                    true,
                    cause);
        }
        long longest = Math.min(LONGEST_PAUSE.toMillis() / 4, 4L << Math.min(attempt, 10));
        // Not all at the same moment again.
        LockSupport.parkNanos(
                TimeUnit.MICROSECONDS.toNanos(ThreadLocalRandom.current().nextLong(longest * 1000)));
    }

    /** What a caller is told. */
    DatabaseException failure(String doing, SdkException e) {
        if (e instanceof AbortedException) {
            Thread.currentThread().interrupt();
        }
        boolean retryable = isTransient(e)
                || e instanceof AbortedException
                || e instanceof ApiCallTimeoutException
                || e instanceof ApiCallAttemptTimeoutException
                || e instanceof InternalServerErrorException
                || e instanceof ResourceInUseException
                || e instanceof LimitExceededException
                || e instanceof TransactionCanceledException
                || isWithoutCredentials(e);
        return new DatabaseException(
                doing + " in " + name + " failed: " + firstLine(e) + hint(e, retryable), retryable, e);
    }

    private static String firstLine(SdkException e) {
        if (e instanceof AwsServiceException service && service.awsErrorDetails() != null) {
            return service.awsErrorDetails().errorCode() + ": "
                    + String.valueOf(service.awsErrorDetails().errorMessage())
                            .lines()
                            .findFirst()
                            .orElse("");
        }
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    /** They may be found later: the machine's own service that hands them out can be late. */
    private static boolean isWithoutCredentials(SdkException e) {
        return e instanceof SdkClientException
                && String.valueOf(e.getMessage())
                        .toLowerCase(java.util.Locale.ROOT)
                        .contains("credentials");
    }

    private static String hint(SdkException e, boolean retryable) {
        if (isWithoutCredentials(e)) {
            return " (give the machine or container a role, or set AWS_PROFILE or AWS_ACCESS_KEY_ID)";
        } else if (e instanceof ResourceNotFoundException) {
            return " (has somebody deleted the table? Start the plugin anew to have it made again)";
        } else if (isThrottled(e)) {
            return " (raise the table's capacity, or pay by request)";
        } else if (e instanceof AwsServiceException service
                && !retryable
                && service.statusCode() >= CLIENT_FAULT
                && service.statusCode() < SERVER_FAULT) {
            return " (look at the credentials and at what they permit)";
        }
        return retryable ? " (is the service reachable?)" : "";
    }

    @Override
    public void close() {
        readers.close();
        writers.close();
        http.close();
        if (credentials instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Exception e) {
                throw new IllegalStateException("credentials do not close", e);
            }
        }
    }
}
