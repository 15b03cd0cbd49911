/* Copyright the Carrel authors. */
package dev.carrel.router.acme;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.chassis.ops.Health;
import dev.carrel.chassis.settings.Settings;
import dev.carrel.chassis.settings.SettingsReader;
import dev.carrel.chassis.site.DataFolder;
import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.router.settings.TlsSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** When certificates are ordered, by a clock that the test turns, from an authority that does what the test says. */
@Timeout(60)
class OrderingTest {
    private static final Duration LIFE = Duration.ofDays(90);
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    private Path folder;

    private final AtomicReference<Instant> now = new AtomicReference<>(BEGIN);
    private final AtomicInteger asked = new AtomicInteger();
    private final List<Router> running = new ArrayList<>();

    private final Clock clock = new Clock() {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now.get();
        }
    };

    /** One process: what it keeps, what it orders, and what it tells. */
    private record Router(KeptCertificate file, Ordering ordering, Health health) {
        String warning() {
            return health.warnings().getOrDefault("acme", "");
        }
    }

    private Router start(Authority authority) throws Exception {
        return start(authority, "https://ca.example/dir");
    }

    private Router start(Authority authority, String directory) throws Exception {
        Settings settings = SettingsReader.parse(
                "test", """
                site: {public-url: "https://lab.example.org"}
                tls: {acme: true, acme-agree: true, redirect-port: 80, acme-directory: "%s"}
                """.formatted(directory), Map.of(), Set.of(), List.of(SiteSettings.class, TlsSettings.class));
        TlsSettings tls = settings.section(TlsSettings.class);
        KeptCertificate file =
                new KeptCertificate(tls, settings.section(SiteSettings.class), new DataFolder(folder), clock);
        file.start();
        Health health = new Health();
        Ordering ordering = new Ordering(tls, file, authority, clock, new SimpleMeterRegistry(), health);
        ordering.start();
        Router router = new Router(file, ordering, health);
        running.add(router);
        return router;
    }

    @AfterEach
    void stop() {
        running.forEach(router -> router.ordering().stop());
    }

    private Authority.Issued issued(List<String> names) throws OrderFailed {
        try {
            CertificateBuilder builder = new CertificateBuilder()
                    .subject("CN=given")
                    .notBefore(now.get())
                    .notAfter(now.get().plus(LIFE))
                    .setIsCertificateAuthority(true)
                    .ecp256();
            names.forEach(builder::addSanDnsName);
            X509Bundle bundle = builder.buildSelfSigned();
            return new Authority.Issued(bundle.getKeyPair(), List.of(bundle.getCertificate()));
        } catch (Exception e) {
            throw new OrderFailed("the test's own fault", e, null);
        }
    }

    private Authority giving() {
        return names -> {
            asked.incrementAndGet();
            return issued(names);
        };
    }

    private Authority refusing(Duration retryAfter) {
        return _ -> {
            int attempt = asked.incrementAndGet();
            throw new OrderFailed(
                    "refused " + attempt,
                    new IllegalStateException(),
                    retryAfter.isZero() ? null : now.get().plus(retryAfter));
        };
    }

    private void await(BooleanSupplier wanted) {
        Instant end = Instant.now().plusSeconds(20);
        while (!wanted.getAsBoolean()) {
            assertThat(Instant.now())
                    .as(() -> running.stream().map(Router::warning).toList().toString())
                    .isBefore(end);
            Thread.onSpinWait();
        }
    }

    private static Instant end(Router router) {
        try {
            KeptCertificate.Kept kept = router.file().read();
            return kept.selfSigned() ? Instant.MIN : kept.end();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void itIsRenewedWhenAThirdOfItsLifeIsLeftAndNotBefore() throws Exception {
        Router router = start(giving());
        await(() -> router.warning().isEmpty());
        assertThat(end(router)).isEqualTo(BEGIN.plus(LIFE));

        now.set(BEGIN.plus(Duration.ofDays(60)).minusSeconds(1));
        await(() -> router.ordering().next().equals(BEGIN.plus(Duration.ofDays(60))));
        assertThat(asked).hasValue(1);

        now.set(BEGIN.plus(Duration.ofDays(60)));
        await(() -> end(router).equals(BEGIN.plus(Duration.ofDays(150))));
        assertThat(asked).hasValue(2);
    }

    @Test
    void afterEachFailureItWaitsTwiceAsLongUpToFourHours() throws Exception {
        Router router = start(refusing(Duration.ZERO));
        Duration pause = Duration.ofMinutes(5);
        for (int i = 1; i < 10; i++) {
            int attempt = i;
            Instant then = now.get().plus(pause);
            await(() -> router.warning().contains("refused " + attempt + "; the next order is at " + then));
            assertThat(router.warning()).startsWith("there is no certificate yet for [lab.example.org]");
            now.set(then);
            pause = pause.multipliedBy(2).compareTo(Duration.ofHours(4)) < 0
                    ? pause.multipliedBy(2)
                    : Duration.ofHours(4);
        }
    }

    @Test
    void anAuthorityThatWantsToBeAskedLaterIsAskedLaterByTheNextProcessToo() throws Exception {
        Instant then = BEGIN.plus(Duration.ofHours(30)).truncatedTo(ChronoUnit.SECONDS);
        Router first = start(refusing(Duration.ofHours(30)));
        await(() -> first.warning().contains("refused 1; the next order is at " + then));
        first.ordering().stop();

        Router second = start(giving());
        await(() -> second.warning().contains("wanted not to be asked before then; the next order is at " + then));
        assertThat(asked).hasValue(1);
        now.set(then);
        await(() -> second.warning().isEmpty());
        assertThat(asked).hasValue(2);
    }

    @Test
    void whatAnAuthorityWantsHoldsForThatAuthorityAndForAWeekAtMost() throws Exception {
        Instant week = BEGIN.plus(Duration.ofDays(7));
        Router first = start(refusing(Duration.ofDays(4000)));
        await(() -> first.warning().contains("refused 1; the next order is at " + week));
        first.ordering().stop();

        Router other = start(giving(), "https://other.example/dir");
        await(() -> other.warning().isEmpty());
    }

    @Test
    void oneProcessOrdersWhileTheOtherWaitsAndTakesWhatCameOfIt() throws Exception {
        CountDownLatch under = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        Router first = start(names -> {
            asked.incrementAndGet();
            under.countDown();
            if (!go.await(20, TimeUnit.SECONDS)) {
                throw new OrderFailed("nobody let it go on");
            }
            return issued(names);
        });
        assertThat(under.await(20, TimeUnit.SECONDS)).isTrue();
        Router second = start(giving());
        await(() -> second.ordering().next().equals(BEGIN.plusSeconds(5)));
        assertThat(asked).hasValue(1);

        go.countDown();
        await(() -> first.warning().isEmpty());
        now.set(BEGIN.plusSeconds(5));
        await(() -> second.warning().isEmpty());
        assertThat(asked).hasValue(1);
    }

    @Test
    void anOrderUnderWayIsGivenUpAtTheStopAndTheNextProcessMayOrder() throws Exception {
        CountDownLatch under = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        Router first = start(_ -> {
            under.countDown();
            try {
                new CountDownLatch(1).await(50, TimeUnit.SECONDS);
                throw new OrderFailed("not given up");
            } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
            }
        });
        assertThat(under.await(20, TimeUnit.SECONDS)).isTrue();

        first.ordering().stop();

        assertThat(interrupted.await(0, TimeUnit.SECONDS)).isTrue();
        Router second = start(giving());
        await(() -> second.warning().isEmpty());
    }

    @Test
    void aCertificateOfAnotherAuthorityOrForOtherNamesIsHadAnew() throws Exception {
        Router first = start(giving());
        await(() -> first.warning().isEmpty());
        first.ordering().stop();

        Router second = start(giving(), "https://other.example/dir");
        await(() -> asked.get() == 2 && second.warning().isEmpty());
    }

    @Test
    void aCertificateThatIsNotForTheNamesIsNotServed() throws Exception {
        Router router = start(_ -> issued(List.of("elsewhere.example.org")));
        await(
                () -> router.warning()
                        .contains(
                                "the certificate that https://ca.example/dir gave is not for our key or not for [lab.example.org]"));
        assertThat(end(router)).isEqualTo(Instant.MIN);
    }

    @Test
    void aFileThatCannotBeReadIsPutAsideAndHalfAFileIsNeverLookedAt() throws Exception {
        Path acme = new DataFolder(folder).acme();
        Files.createDirectories(acme);
        Files.writeString(acme.resolve("certificate.pem"), "-----BEGIN PRIVATE KEY-----\nAAAA");
        Files.writeString(acme.resolve("certificate.pem.new"), "-----BEGIN PRIV");
        Router router = start(giving());

        await(() -> router.warning().isEmpty());
        try (var files = Files.list(acme)) {
            assertThat(files.map(file -> file.getFileName().toString()).sorted().toList())
                    .containsExactly("certificate.pem", "certificate.pem.unreadable-" + BEGIN.toEpochMilli(), "lock");
        }
    }
}
