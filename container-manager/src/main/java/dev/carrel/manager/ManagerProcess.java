/* Copyright the Carrel authors. */
package dev.carrel.manager;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import dev.carrel.chassis.boot.ProcessSpec;
import dev.carrel.chassis.boot.Service;
import dev.carrel.chassis.boot.Services;
import dev.carrel.chassis.ops.Health;
import dev.carrel.chassis.site.DataFolder;
import dev.carrel.chassis.site.ProcessName;
import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.manager.container.Launch;
import dev.carrel.manager.docker.ContainerWatch;
import dev.carrel.manager.docker.Containers;
import dev.carrel.manager.docker.DockerEngine;
import dev.carrel.manager.docker.Images;
import dev.carrel.manager.docker.Owner;
import dev.carrel.manager.docker.SessionContainers;
import dev.carrel.manager.docker.WorkerContainers;
import dev.carrel.manager.network.AddressBook;
import dev.carrel.manager.network.Networks;
import dev.carrel.manager.policy.NetworkPolicy;
import dev.carrel.manager.policy.Policy;
import dev.carrel.manager.policy.PolicyFile;
import dev.carrel.manager.session.Homes;
import dev.carrel.manager.session.SessionStarter;
import dev.carrel.manager.worker.WorkerStarter;
import dev.carrel.protocol.name.InstallId;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the container-manager consists of. */
public final class ManagerProcess {
    private ManagerProcess() {}

    /**
     * The process of this data folder, for {@link dev.carrel.chassis.boot.Boot}.
     *
     * @throws IOException when the policy cannot be read
     * @throws dev.carrel.chassis.settings.SettingsException with every fault of the policy
     */
    public static ProcessSpec spec(DataFolder data) throws IOException {
        return new ProcessSpec(
                ProcessName.MANAGER,
                List.of(),
                List.of(new Parts(new InstallId(data.installId()), PolicyFile.read(data.policyFile()))));
    }

    private static final class Parts extends AbstractModule {
        private final InstallId install;
        private final Policy policy;

        Parts(InstallId install, Policy policy) {
            this.install = install;
            this.policy = policy;
        }

        @Override
        protected void configure() {
            bind(InstallId.class).toInstance(install);
            bind(Policy.class).toInstance(policy);
            bind(EventRelay.class);
            bind(Caretaker.Signal.class).in(Singleton.class);
            bind(WorkerCommands.class).in(Singleton.class);
            bind(Commands.class).in(Singleton.class);
            bind(Caretaker.class).in(Singleton.class);
            bind(CommandDoor.class).in(Singleton.class);
            bind(Reports.class).in(Singleton.class);
            // The door opens last and closes first: nothing is taken that could not be carried out.
            Services.add(binder(), Reports.class);
            Services.add(binder(), Caretaker.class);
            Services.add(binder(), CommandDoor.class);
        }

        @Provides
        @Singleton
        DockerEngine docker() {
            return new DockerEngine(policy.docker());
        }

        @Provides
        @Singleton
        Containers containers(DockerEngine docker) {
            return new Containers(docker, install);
        }

        @Provides
        @Singleton
        SessionContainers sessions(DockerEngine docker, Containers containers) {
            return new SessionContainers(docker, containers, install);
        }

        @Provides
        @Singleton
        WorkerContainers workers(Containers containers) {
            return new WorkerContainers(containers);
        }

        @Provides
        @Singleton
        Images images(DockerEngine docker) {
            return new Images(docker, policy);
        }

        @Provides
        @Singleton
        Networks networks(DockerEngine docker, SiteSettings site) {
            return Networks.of(docker, install, policy, site.containersPort());
        }

        @Provides
        @Singleton
        Launch launch(DockerEngine docker, Containers containers) {
            return new Launch(docker, containers, install, policy.limits());
        }

        @Provides
        @Singleton
        ContainerWatch watch(
                DockerEngine docker,
                Containers containers,
                SessionContainers sessions,
                Clock clock,
                EventRelay events,
                Caretaker.Signal signal) {
            return new ContainerWatch(docker, containers, sessions, install, clock, events, signal);
        }

        @Provides
        @Singleton
        SessionStarter starter(
                Launch launch,
                SessionContainers containers,
                Images images,
                Networks networks,
                DataFolder data,
                Clock clock) {
            AddressBook addresses = new AddressBook(data.manager().resolve("addresses"), clock, containers);
            return new SessionStarter(
                    launch, containers, images, networks.sessions(), addresses, policy, new Homes(data.homes()));
        }

        @Provides
        @Singleton
        WorkerStarter workerStarter(Launch launch, WorkerContainers containers, Images images, Networks networks) {
            return new WorkerStarter(launch, containers, images, networks.workers(), policy);
        }
    }

    /** Health checks, the gauge, and what an operator should read at start. */
    private static final class Reports implements Service {
        private static final Logger LOG = LoggerFactory.getLogger(ManagerProcess.class);

        private final Policy policy;

        @Inject
        Reports(
                Policy policy,
                Networks networks,
                DockerEngine docker,
                ContainerWatch watch,
                CommandDoor door,
                Health health,
                MeterRegistry metrics) {
            this.policy = policy;
            health.add("docker", () -> watch.connected() ? Optional.empty() : Optional.of(docker.absence()));
            health.add("network", networks.sessions()::fault);
            // Sessions go on without workers.
            health.warn("worker-network", networks.workers()::fault);
            health.add("clients", door::fault);
            Gauge.builder("carrel.manager.sessions.running", watch, w -> w.running(Owner.Session.class))
                    .description("Sessions whose container runs")
                    .register(metrics);
            Gauge.builder("carrel.manager.workers.running", watch, w -> w.running(Owner.Worker.class))
                    .description("Workers of functions whose container runs")
                    .register(metrics);
        }

        @Override
        public void start() {
            LOG.info(
                    "policy {}: images {}",
                    policy.file(),
                    policy.images().allow().stream()
                            .map(i -> i.name() + " (" + i.reference() + ")")
                            .toList());
            if (policy.images().allow().isEmpty()) {
                LOG.warn(
                        "no session can be started: {} allows no image (expected: at least one under images.allow)",
                        policy.file());
            }
            if (policy.network().firewall() == NetworkPolicy.Mode.OFF) {
                LOG.warn(
                        "network.firewall is off in {}: sessions and workers can reach this machine's ports and its networks",
                        policy.file());
            }
        }

        @Override
        public void stop() {
            LOG.debug("sessions and workers go on without the container-manager");
        }
    }
}
