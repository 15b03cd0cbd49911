/* Copyright the Carrel authors. */
package dev.carrel.router.tls;

import dev.carrel.chassis.boot.Service;
import dev.carrel.chassis.ops.Health;
import dev.carrel.chassis.site.DataFolder;
import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.router.settings.TlsSettings;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificates of the door. Their files are looked at twice a second; when one has changed, all are read anew, and either all of them are served from
 * then on or none: a pair that does not fit together, as while its second half is still being written, leaves what is served as it is and shows in log,
 * metrics and health. Open connections keep what they began with. Any thread.
 */
@Singleton
public final class CertificateStore implements Service {
    private static final Logger LOG = LoggerFactory.getLogger(CertificateStore.class);
    private static final Duration LOOK = Duration.ofMillis(500);

    private final TlsSettings settings;
    private final List<Pair> pairs = new ArrayList<>();
    /** Had by ACME and renewed without anybody's doing. */
    private final Path renewed;

    private final Clock clock;
    private final Counter reloads;
    private final Counter failures;
    private final MultiGauge ends;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private volatile @Nullable Certificates served;
    private volatile @Nullable String fault;
    private List<Object> seen = List.of();
    private @Nullable Instant warned;

    private record Pair(Path certificate, Path key) {}

    /** Does not read before {@link #start}. */
    @Inject
    CertificateStore(
            TlsSettings settings,
            SiteSettings site,
            DataFolder data,
            Clock clock,
            MeterRegistry metrics,
            Health health) {
        this.settings = settings;
        this.clock = clock;
        renewed = data.acmeCertificate();
        if (settings.on()) {
            if (!site.https()) {
                throw new IllegalArgumentException((settings.acme() ? "tls.acme" : "tls.certificate")
                        + " is set, but site.public-url is " + site.baseUrl()
                        + " (expected: the https address that people type, as https://lab.example.org)");
            }
            pairs.add(
                    settings.acme()
                            ? new Pair(renewed, renewed)
                            : new Pair(file(data, settings.certificate()), file(data, settings.key())));
            settings.more().forEach(one -> pairs.add(new Pair(file(data, one.certificate()), file(data, one.key()))));
        }
        reloads = counter(metrics, "read");
        failures = counter(metrics, "refused");
        ends = MultiGauge.builder("carrel.router.tls.certificate.end")
                .description("When a certificate ends, in seconds since 1970")
                .baseUnit("seconds")
                .register(metrics);
        health.warn("certificate", this::warning);
    }

    private static Counter counter(MeterRegistry metrics, String outcome) {
        return Counter.builder("carrel.router.tls.reloads")
                .description("How often changed certificates were looked at, and whether they are served now")
                .tag("outcome", outcome)
                .register(metrics);
    }

    private static Path file(DataFolder data, String name) {
        return data.root().resolve(name);
    }

    /**
     * Reads the certificates and watches their files from now on.
     *
     * @throws InvalidCertificate when one cannot be served
     */
    @Override
    public void start() throws InvalidCertificate {
        if (!settings.on()) {
            return;
        }
        seen = look();
        serve(read());
        Thread.ofVirtual().name("certificates").start(this::watch);
    }

    @Override
    public void stop() {
        stopping.countDown();
    }

    /** What is served now. */
    Certificates served() {
        Certificates now = served;
        if (now == null) {
            throw new IllegalStateException("no certificates are served");
        }
        return now;
    }

    private void watch() {
        try {
            while (!stopping.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                remind();
                List<Object> now = look();
                if (!now.equals(seen)) {
                    reload(now);
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void reload(List<Object> found) {
        seen = found;
        try {
            serve(read());
            reloads.increment();
        } catch (InvalidCertificate e) {
            failures.increment();
            fault = e.getMessage();
            LOG.warn("certificates changed, but the ones before stay: {}", e.getMessage());
        }
    }

    private Certificates read() throws InvalidCertificate {
        List<ServerCertificate> all = new ArrayList<>();
        for (Pair pair : pairs) {
            all.add(ServerCertificate.read(pair.certificate(), pair.key(), settings));
        }
        return new Certificates(all);
    }

    private void serve(Certificates fresh) {
        served = fresh;
        fault = null;
        warned = null;
        List<MultiGauge.Row<?>> rows = new ArrayList<>();
        for (ServerCertificate one : fresh.all()) {
            LOG.info("serving the certificate {} for {} until {}", one.file(), one.names(), one.notAfter());
            rows.add(MultiGauge.Row.of(
                    Tags.of("file", one.file().toString()), one.notAfter().getEpochSecond()));
        }
        ends.register(rows, true);
        remind();
    }

    /** What tells a changed file; that it cannot be looked at is a state, too. */
    private List<Object> look() {
        List<Object> states = new ArrayList<>();
        for (Pair pair : pairs) {
            for (Path file : List.of(pair.certificate(), pair.key())) {
                try {
                    BasicFileAttributes about = Files.readAttributes(file, BasicFileAttributes.class);
                    states.add(List.of(about.lastModifiedTime(), about.size(), String.valueOf(about.fileKey())));
                } catch (IOException e) {
                    states.add(e.toString());
                }
            }
        }
        return states;
    }

    /** Once a day. */
    private void remind() {
        Instant now = clock.instant();
        if (warned == null || warned.plus(Duration.ofDays(1)).isBefore(now)) {
            warned = now;
            ending().ifPresent(text -> LOG.warn("{}", text));
        }
    }

    private Optional<String> warning() {
        return Optional.ofNullable(fault)
                .map(text -> "the one before is still served: " + text)
                .or(this::ending);
    }

    private Optional<String> ending() {
        Certificates now = served;
        return now == null
                ? Optional.empty()
                : now.all().stream()
                        .filter(one -> one.notAfter().isBefore(clock.instant().plus(early(one))))
                        .findFirst()
                        .map(one -> one.file() + (one.notAfter().isBefore(clock.instant()) ? " ended" : " ends")
                                + " at " + one.notAfter()
                                + (one.file().equals(renewed)
                                        ? " (it is renewed by itself; the warning \"acme\" says what keeps it from being so)"
                                        : " (renew it; the new files are served as soon as they are there)"));
    }

    /** What is renewed by itself when a third of its life is left is warned of when a sixth is, however short that is. */
    private Duration early(ServerCertificate one) {
        Duration sixth = Duration.between(one.notBefore(), one.notAfter()).dividedBy(6);
        return one.file().equals(renewed) && sixth.compareTo(settings.expiryWarning()) < 0
                ? sixth
                : settings.expiryWarning();
    }
}
