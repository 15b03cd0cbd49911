/* Copyright the Carrel authors. */
package dev.carrel.router.acme;

import dev.carrel.chassis.boot.Service;
import dev.carrel.chassis.site.DataFolder;
import dev.carrel.router.settings.TlsSettings;
import dev.carrel.router.tls.InvalidCertificate;
import dev.carrel.router.tls.PemFiles;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.Account;
import org.shredzone.acme4j.AccountBuilder;
import org.shredzone.acme4j.Authorization;
import org.shredzone.acme4j.Certificate;
import org.shredzone.acme4j.Login;
import org.shredzone.acme4j.Order;
import org.shredzone.acme4j.Session;
import org.shredzone.acme4j.Status;
import org.shredzone.acme4j.challenge.Challenge;
import org.shredzone.acme4j.challenge.Http01Challenge;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.exception.AcmeLazyLoadingException;
import org.shredzone.acme4j.exception.AcmeProtocolException;

/** An authority that speaks ACME, proven to by http-01. The account is found by its key, so there is nothing else to keep of it. */
@Singleton
public final class AcmeAuthority implements Authority, Service {
    /** One answer. */
    private static final Duration ANSWER = Duration.ofSeconds(30);
    /** Authorities look from several places, one after the other. */
    private static final Duration PROOF = Duration.ofMinutes(3);

    private static final Duration ISSUE = Duration.ofMinutes(5);

    private final TlsSettings settings;
    private final DataFolder data;
    private final Challenges challenges;
    private @Nullable SSLContext trust;

    /** Asks nobody before {@link #order}. */
    @Inject
    AcmeAuthority(TlsSettings settings, DataFolder data, Challenges challenges) {
        this.settings = settings;
        this.data = data;
        this.challenges = challenges;
    }

    /**
     * Reads whom to trust.
     *
     * @throws InvalidCertificate when that cannot be read
     */
    @Override
    public void start() throws InvalidCertificate {
        if (settings.acme() && !settings.acmeCa().isEmpty()) {
            Path file = data.root().resolve(settings.acmeCa());
            if (!Files.exists(file)) {
                throw new InvalidCertificate(
                        "tls.acme-ca: " + file
                                + ": there is no such file (expected: PEM, the certificate by which the authority's https is trusted)");
            }
            try {
                trust = trusting(PemFiles.chain(file, PemFiles.read(file)));
            } catch (InvalidCertificate e) {
                throw new InvalidCertificate("tls.acme-ca: " + e.getMessage());
            } catch (GeneralSecurityException | IOException e) {
                throw new InvalidCertificate("tls.acme-ca: " + file + " cannot be trusted: " + e.getMessage());
            }
        }
    }

    private static SSLContext trusting(List<X509Certificate> authorities) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (X509Certificate one : authorities) {
            store.setCertificateEntry(Integer.toString(store.size()), one);
        }
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }

    @Override
    public void stop() {
        challenges.forget();
    }

    @Override
    public Issued order(List<String> names) throws OrderFailed, InterruptedException {
        AskedOver way = new AskedOver(trust);
        try {
            Session session = new Session(URI.create(settings.acmeDirectory()), way);
            session.networkSettings().setTimeout(ANSWER);
            session.setLocale(Locale.ENGLISH);
            Order order = login(session).newOrder().domains(names).create();
            for (Authorization one : order.getAuthorizations()) {
                prove(one);
            }
            return collect(order);
        } catch (AcmeLazyLoadingException e) {
            throw Refusals.failure(
                    settings.acmeDirectory(), e.getCause() instanceof AcmeException cause ? cause : e, way.notBefore());
        } catch (AcmeException | AcmeProtocolException | IOException e) {
            throw Refusals.failure(settings.acmeDirectory(), e, way.notBefore());
        } finally {
            challenges.forget();
        }
    }

    private Login login(Session session) throws AcmeException, IOException, OrderFailed {
        if (session.getMetadata().isExternalAccountRequired()) {
            throw new OrderFailed(settings.acmeDirectory()
                    + " gives accounts only to those who have one by other means (external account binding), which the router cannot show "
                    + "(expected: another authority in tls.acme-directory)");
        }
        KeyPair key = AccountKey.readOrCreate(data.acme());
        AccountBuilder builder = new AccountBuilder().agreeToTermsOfService().useKeyPair(key);
        String email = settings.acmeEmail();
        if (!email.isEmpty()) {
            builder.addEmail(email);
        }
        Login login = builder.createLogin(session);
        Account account = login.getAccount();
        // An account that was there keeps the address it was made with.
        if (!email.isEmpty()
                && !account.getContacts().isEmpty()
                && !account.getContacts().contains(URI.create("mailto:" + email))) {
            Account.EditableAccount change = account.modify();
            change.getContacts().clear();
            change.addEmail(email).commit();
        }
        return login;
    }

    private void prove(Authorization authorization) throws AcmeException, OrderFailed, InterruptedException {
        String name = authorization.getIdentifier().getDomain();
        if (authorization.getStatus() == Status.VALID) {
            return;
        }
        Http01Challenge challenge = authorization
                .findChallenge(Http01Challenge.class)
                .orElseThrow(() -> new OrderFailed(settings.acmeDirectory() + " does not take a proof by http-01 for "
                        + name + " (expected: a name without wildcard, at an authority that takes http-01)"));
        challenges.expect(challenge.getToken(), challenge.getAuthorization());
        challenge.trigger();
        if (authorization.waitForCompletion(PROOF) != Status.VALID) {
            throw new OrderFailed(Refusals.unproven(
                    name,
                    settings.redirectPort(),
                    authorization.getChallenges().stream()
                            .map(Challenge::getError)
                            .flatMap(java.util.Optional::stream)
                            .findFirst()
                            .orElse(null)));
        }
    }

    private static Issued collect(Order order) throws AcmeException, OrderFailed, InterruptedException {
        order.waitUntilReady(PROOF);
        KeyPair key = KeptCertificate.newKey();
        order.execute(key);
        if (order.waitForCompletion(ISSUE) != Status.VALID) {
            throw new OrderFailed("the authority made no certificate of the order"
                    + order.getError()
                            .map(Refusals::told)
                            .map(text -> ": " + text)
                            .orElse(""));
        }
        Certificate certificate = order.getCertificate();
        certificate.download();
        return new Issued(key, certificate.getCertificateChain());
    }
}
