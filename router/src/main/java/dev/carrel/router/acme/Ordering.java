/* Copyright the Carrel authors. */
package dev.carrel.router.acme;

import dev.carrel.chassis.boot.Service;
import dev.carrel.chassis.ops.Health;
import dev.carrel.chassis.site.PrivateFile;
import dev.carrel.router.acme.KeptCertificate.Kept;
import dev.carrel.router.settings.TlsSettings;
import dev.carrel.router.tls.InvalidCertificate;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that there is a certificate and that it is renewed when a third of its life is left. Orders on a thread of its own, one process at a time;
 * what comes of it is put into {@link KeptCertificate}, from where it is served. After a failure it waits, longer each time and never shorter than
 * the authority asked for, over restarts, too. Failures keep nothing from being served: they show in the log, in metrics and as a warning of health.
 */
@Singleton
public final class Ordering implements Service {
    private static final Logger LOG = LoggerFactory.getLogger(Ordering.class);
    private static final Duration LOOK = Duration.ofMillis(500);
    /** How often the file is looked at though nothing is due. */
    private static final Duration REREAD = Duration.ofHours(6);
    /** Until the other process that orders is looked for again. */
    private static final Duration OTHER = Duration.ofSeconds(5);
    /** All of an order, whatever it waits for. */
    private static final Duration ORDER = Duration.ofMinutes(15);

    private static final Duration LONGEST_PAUSE = Duration.ofHours(4);
    /** An authority may want longer; asked it is all the same. */
    private static final Duration LONGEST_OBEYED = Duration.ofDays(7);

    private static final Duration STOP = Duration.ofSeconds(5);
    private static final String NOT_BEFORE = "not-before";

    private final TlsSettings settings;
    private final KeptCertificate file;
    private final Authority authority;
    private final Clock clock;
    private final Counter issued;
    private final Counter failed;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private volatile @Nullable Thread thread;
    private volatile @Nullable Kept kept;
    private volatile @Nullable String failure;
    private volatile Instant next = Instant.EPOCH;
    private int failures;

    /** Orders nothing before {@link #start}. */
    @Inject
    Ordering(
            TlsSettings settings,
            KeptCertificate file,
            AcmeAuthority authority,
            Clock clock,
            MeterRegistry metrics,
            Health health) {
        this(settings, file, (Authority) authority, clock, metrics, health);
    }

    Ordering(
            TlsSettings settings,
            KeptCertificate file,
            Authority authority,
            Clock clock,
            MeterRegistry metrics,
            Health health) {
        this.settings = settings;
        this.file = file;
        this.authority = authority;
        this.clock = clock;
        issued = counter(metrics, "issued");
        failed = counter(metrics, "failed");
        if (settings.acme()) {
            health.warn("acme", this::warning);
            Gauge.builder("carrel.router.acme.certificate.remaining", this, Ordering::remaining)
                    .description("How long the certificate had by ACME still lasts; none was had while it is 0")
                    .baseUnit("seconds")
                    .register(metrics);
        }
    }

    private static Counter counter(MeterRegistry metrics, String outcome) {
        return Counter.builder("carrel.router.acme.orders")
                .description("Orders of certificates by ACME and whether one came of it")
                .tag("outcome", outcome)
                .register(metrics);
    }

    @Override
    public void start() throws InvalidCertificate {
        if (!settings.acme()) {
            return;
        }
        kept = file.read();
        if (settings.more().isEmpty()) {
            LOG.warn(
                    "there will be a certificate for {} and no other host: sessions have hosts of their own, for which only a wildcard in tls.more is good "
                            + "(docs/router.md, Certificates by ACME)",
                    file.names());
        }
        thread = Thread.ofVirtual().name("acme").start(this::run);
    }

    /** Orders nothing more, and gives up an order under way. Does not wait for its end; another process may order after it. */
    public void giveUp() {
        stopping.countDown();
        Thread running = thread;
        if (running != null) {
            running.interrupt();
        }
    }

    @Override
    public void stop() {
        giveUp();
        Thread running = thread;
        try {
            if (running != null) {
                running.join(STOP);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** When it looks again. */
    Instant next() {
        return next;
    }

    private void run() {
        try {
            do {
                if (!clock.instant().isBefore(next)) {
                    look();
                }
            } while (!stopping.await(LOOK.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() throws InterruptedException {
        try {
            if (settled()) {
                return;
            }
            try (FileChannel channel = FileChannel.open(
                            file.folder().resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = lock(channel)) {
                if (lock == null) {
                    next = clock.instant().plus(OTHER);
                } else if (!settled()) {
                    order();
                }
            }
        } catch (OrderFailed e) {
            failed(String.valueOf(e.getMessage()), e.notBefore().orElse(null));
        } catch (IOException | InvalidCertificate | RuntimeException e) {
            failed(e.toString(), null);
        }
    }

    private static @Nullable FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException _) {
            // Another router in this JVM.
            return null;
        }
    }

    /** Whether nothing is to be ordered now; then {@code next} says when to look again. Another process may have ordered meanwhile. */
    private boolean settled() throws IOException, InvalidCertificate {
        Kept now = file.read();
        kept = now;
        Instant time = clock.instant();
        if (!file.due(now)) {
            failure = null;
            failures = 0;
            Instant reread = time.plus(REREAD);
            next = now.renewal().isBefore(reread) ? now.renewal() : reread;
            return true;
        }
        Optional<Instant> wanted = notBefore().filter(time::isBefore);
        if (wanted.isPresent()) {
            next = wanted.get();
            if (failure == null) {
                failure = file.authority() + " wanted not to be asked before then";
                LOG.warn("no certificate is ordered before {}: {}", next, failure);
            }
            return true;
        }
        return false;
    }

    private void order() throws OrderFailed, IOException, InvalidCertificate, InterruptedException {
        LOG.info("ordering a certificate for {} from {}", file.names(), file.authority());
        FutureTask<Authority.Issued> order = new FutureTask<>(() -> authority.order(file.names()));
        Thread ordering = Thread.ofVirtual().name("acme-order").start(order);
        try {
            file.keep(order.get(ORDER.toMillis(), TimeUnit.MILLISECONDS));
        } catch (ExecutionException e) {
            throw e.getCause() instanceof OrderFailed known
                    ? known
                    : new OrderFailed("the order failed: " + e.getCause(), e, null);
        } catch (TimeoutException e) {
            throw new OrderFailed(
                    file.authority() + " did not come to an end with the order within " + ORDER.toMinutes()
                            + " minutes",
                    e,
                    null);
        } finally {
            order.cancel(true);
            ordering.join(STOP);
        }
        issued.increment();
        Files.deleteIfExists(file.folder().resolve(NOT_BEFORE));
        if (settled()) {
            LOG.info(
                    "{} gave a certificate until {}; it is renewed from {} on",
                    file.authority(),
                    file.read().end(),
                    file.read().renewal());
        } else {
            // One that is due at once would be ordered without end.
            throw new OrderFailed("the certificate that " + file.authority()
                    + " gave is to be renewed at once (expected: one that begins now; is this machine's clock right?)");
        }
    }

    private void failed(String reason, @Nullable Instant notBefore) {
        failed.increment();
        Instant now = clock.instant();
        Instant latest = now.plus(LONGEST_OBEYED);
        Instant then = now.plus(pause());
        if (notBefore != null && notBefore.isAfter(then)) {
            then = notBefore.isBefore(latest) ? notBefore : latest;
            remember(then);
        }
        failure = reason;
        next = then;
        LOG.warn("no certificate by ACME: {}; what was served is served on, and the next order is at {}", reason, then);
    }

    private Duration pause() {
        Duration pause = settings.acmeRetry();
        for (int i = 0; i < failures && pause.compareTo(LONGEST_PAUSE) < 0; i++) {
            pause = pause.multipliedBy(2);
        }
        failures++;
        return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
    }

    /** What the authority wanted holds for this directory, whatever process asks. */
    private void remember(Instant then) {
        try {
            PrivateFile.replace(
                    file.folder().resolve(NOT_BEFORE),
                    (then + " " + file.authority() + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            LOG.warn("{} cannot be written: {}", file.folder().resolve(NOT_BEFORE), e.toString());
        }
    }

    private Optional<Instant> notBefore() throws IOException {
        Path path = file.folder().resolve(NOT_BEFORE);
        try {
            String[] words = Files.readString(path).strip().split(" ", 2);
            return words.length == 2 && words[1].equals(file.authority())
                    ? Optional.of(Instant.parse(words[0]))
                    : Optional.empty();
        } catch (NoSuchFileException | DateTimeException _) {
            return Optional.empty();
        }
    }

    private double remaining() {
        Kept now = kept;
        return now == null || now.selfSigned()
                ? 0
                : Math.max(0, Duration.between(clock.instant(), now.end()).toSeconds());
    }

    private Optional<String> warning() {
        Kept now = kept;
        String reason = failure;
        if (reason == null && (now == null || !now.selfSigned())) {
            return Optional.empty();
        }
        String served = now == null || now.selfSigned()
                ? "there is no certificate yet for " + file.names() + ", and one that browsers do not trust is served"
                : "the certificate that is served until " + now.end() + " could not be renewed";
        return Optional.of(served
                + (reason == null ? "; one is being ordered" : ": " + reason + "; the next order is at " + next));
    }
}
