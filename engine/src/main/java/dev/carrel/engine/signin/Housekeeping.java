/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

import dev.carrel.chassis.boot.Service;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes, every hour, what has expired: sign-ins, tokens, invitations, revocations. One virtual thread. */
final class Housekeeping implements Service {
    private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);
    private final LoginStore logins;
    private final TokenStore tokens;
    private final InvitationStore invitations;
    private final RevocationStore revocations;
    private final IdentityStore identities;
    private final SigninSettings settings;
    private final Clock clock;
    private final CountDownLatch stopping = new CountDownLatch(1);

    @Inject
    Housekeeping(
            LoginStore logins,
            TokenStore tokens,
            InvitationStore invitations,
            RevocationStore revocations,
            IdentityStore identities,
            SigninSettings settings,
            Clock clock) {
        this.logins = logins;
        this.tokens = tokens;
        this.invitations = invitations;
        this.revocations = revocations;
        this.identities = identities;
        this.settings = settings;
        this.clock = clock;
    }

    @Override
    public void start() {
        Thread.ofVirtual().name("signin-housekeeping").start(() -> {
            try {
                do {
                    tidy();
                } while (!stopping.await(1, TimeUnit.HOURS));
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void tidy() {
        try {
            Instant now = clock.instant();
            int gone = logins.prune(now, now.minus(settings.idle()))
                    + tokens.prune(now)
                    + invitations.prune(now.minus(Duration.ofDays(1)))
                    + revocations.prune(now);
            identities.prune(now);
            if (gone > 0) {
                LOG.info("deleted {} expired sign-ins, tokens, invitations and revocations", gone);
            }
        } catch (RuntimeException e) {
            LOG.warn("tidying up failed and is repeated in an hour", e);
        }
    }

    @Override
    public void stop() {
        stopping.countDown();
    }
}
