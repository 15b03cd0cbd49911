/* Copyright the Carrel authors. */
package dev.carrel.router;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import dev.carrel.chassis.boot.Services;
import dev.carrel.chassis.site.DataFolder;
import dev.carrel.protocol.signed.SignedValues;
import dev.carrel.protocol.signed.SigningKeys;
import dev.carrel.router.acme.AcmeAuthority;
import dev.carrel.router.acme.Challenges;
import dev.carrel.router.acme.KeptCertificate;
import dev.carrel.router.acme.Ordering;
import dev.carrel.router.control.ControlApi;
import dev.carrel.router.control.ControlToken;
import dev.carrel.router.decide.Decider;
import dev.carrel.router.page.Notices;
import dev.carrel.router.proxy.Loops;
import dev.carrel.router.proxy.Predecessor;
import dev.carrel.router.proxy.PublicDoor;
import dev.carrel.router.proxy.RedirectDoor;
import dev.carrel.router.restart.Handover;
import dev.carrel.router.restart.Takeover;
import dev.carrel.router.route.DefaultRoute;
import dev.carrel.router.route.RevocationStore;
import dev.carrel.router.route.RouteStore;
import dev.carrel.router.route.RouteTable;
import dev.carrel.router.tls.CertificateStore;
import dev.carrel.router.tls.TlsFront;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Map;

/** What the router consists of, and the order in which it starts: what it remembers, then who may change it, then the door, then who may take its place. */
final class RouterModule extends AbstractModule {
    private final Map<String, String> environment;
    private final Takeover takeover;
    private final Handover.Ending ending;

    RouterModule(Map<String, String> environment, Takeover takeover, Handover.Ending ending) {
        this.environment = environment;
        this.takeover = takeover;
        this.ending = ending;
    }

    @Override
    protected void configure() {
        bind(RouteTable.class).toInstance(new RouteTable());
        bind(RouteStore.class);
        bind(RevocationStore.class);
        bind(DefaultRoute.class);
        bind(Notices.class);
        bind(Decider.class);
        bind(Loops.class);
        bind(Challenges.class);
        bind(KeptCertificate.class);
        bind(AcmeAuthority.class);
        bind(Ordering.class);
        bind(CertificateStore.class);
        bind(TlsFront.class);
        bind(RedirectDoor.class);
        bind(PublicDoor.class);
        bind(ControlApi.class);
        bind(Takeover.class).toInstance(takeover);
        bind(Predecessor.class).toInstance(new Predecessor(takeover.underWay()));
        bind(Handover.Ending.class).toInstance(ending);
        bind(Handover.class);
        Services.add(binder(), Loops.class);
        Services.add(binder(), RouteStore.class);
        Services.add(binder(), RevocationStore.class);
        Services.add(binder(), DefaultRoute.class);
        Services.add(binder(), ControlApi.class);
        Services.add(binder(), KeptCertificate.class);
        Services.add(binder(), CertificateStore.class);
        Services.add(binder(), AcmeAuthority.class);
        Services.add(binder(), RedirectDoor.class);
        Services.add(binder(), PublicDoor.class);
        Services.add(binder(), Ordering.class);
        Services.add(binder(), Handover.class);
    }

    @Provides
    @Singleton
    static SigningKeys signingKeys(DataFolder data) {
        return SigningKeys.read(data.signingKey());
    }

    @Provides
    @Singleton
    static SignedValues signedValues(SigningKeys keys, Clock clock) {
        return new SignedValues(keys, clock);
    }

    @Provides
    @Singleton
    ControlToken controlToken(SigningKeys keys) {
        String given = environment.getOrDefault("CONFIGPROXY_AUTH_TOKEN", "");
        return new ControlToken(given.isEmpty() ? keys.derivedSecret("router-control") : given);
    }
}
