/* Copyright the Carrel authors. */
package dev.carrel.manager.session;

import dev.carrel.manager.container.Grant;
import dev.carrel.manager.container.Launch;
import dev.carrel.manager.container.Shape;
import dev.carrel.manager.container.Token;
import dev.carrel.manager.docker.Images;
import dev.carrel.manager.docker.Labels;
import dev.carrel.manager.docker.Owner;
import dev.carrel.manager.docker.SessionContainers;
import dev.carrel.manager.network.AddressBook;
import dev.carrel.manager.network.HostNetwork;
import dev.carrel.manager.policy.AllowedImage;
import dev.carrel.manager.policy.Policy;
import dev.carrel.protocol.command.Command;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.FailureCode;
import dev.carrel.protocol.command.Limits;
import dev.carrel.protocol.command.SessionContainer;
import dev.carrel.protocol.name.Printable;
import dev.carrel.protocol.name.SessionId;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.name.VolumeId;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.function.BiConsumer;

/** Starts the container of a session, or adopts the one it already has; see {@link Launch}. */
public final class SessionStarter {
    private final Launch launch;
    private final SessionContainers containers;
    private final Images images;
    private final HostNetwork network;
    private final AddressBook addresses;
    private final Policy policy;
    private final Homes homes;

    /** Starts nothing yet. */
    public SessionStarter(
            Launch launch,
            SessionContainers containers,
            Images images,
            HostNetwork network,
            AddressBook addresses,
            Policy policy,
            Homes homes) {
        this.launch = launch;
        this.containers = containers;
        this.images = images;
        this.network = network;
        this.addresses = addresses;
        this.policy = policy;
        this.homes = homes;
    }

    /** Goes the way of a start once: the first person of the day would otherwise wait a third of a second longer, while classes are loaded. */
    public void warmUp() throws CommandFailure, InterruptedException {
        AllowedImage image = policy.images().allow().isEmpty()
                ? null
                : policy.images().allow().getFirst();
        if (image == null) {
            return;
        }
        Command.StartSession command = new Command.StartSession(
                SessionId.random(),
                UserName.of("nobody"),
                image.name(),
                Limits.POLICY,
                VolumeId.random(),
                "/user/nobody/",
                "");
        Images.Found nothing = new Images.Found("sha256:" + "0".repeat(64), List.of(), List.of(), List.of(), false);
        Grant grant = Grant.of(Limits.POLICY, policy.ceiling(image));
        launch.rehearse(SessionSpec.shape(command, image, nothing, grant, Path.of("/nonexistent"), nowhere(), null));
    }

    private HostNetwork.Current nowhere() {
        return new HostNetwork.Current(network.name(), null, Optional.empty());
    }

    /**
     * Returns when the container runs (or has already ended again).
     *
     * @param progress told of the steps, 0 to 100
     */
    public SessionContainer start(Command.StartSession command, BiConsumer<Integer, String> progress)
            throws CommandFailure, InterruptedException {
        AllowedImage image = images.allowed(command.image());
        Grant grant = Grant.of(command.limits(), policy.ceiling(image));
        check(command);
        return launch.alone(new Owner.Session(command.session()), () -> start(command, image, grant, progress));
    }

    private static void check(Command.StartSession command) throws CommandFailure {
        if (!command.basePath().matches("(/[A-Za-z0-9._~@%-]+)+/")
                || command.basePath().length() > 2048) {
            throw new CommandFailure(
                    FailureCode.REJECTED,
                    "base path: " + Printable.quote(command.basePath()) + " (expected: /user/name/, percent-encoded)");
        }
        Token.check(command.token());
    }

    private SessionContainer start(
            Command.StartSession command, AllowedImage image, Grant grant, BiConsumer<Integer, String> progress)
            throws CommandFailure, InterruptedException {
        progress.accept(5, "Preparing your home");
        FutureTask<String> guard = launch.guard(network, new Owner.Session(command.session()));
        launch.host();
        Images.Found found = images.find(image, (percent, text) -> progress.accept(10 + percent / 2, text));
        SessionSpec.check(image, found);
        Path home = homes.prepare(command.home(), image);
        progress.accept(65, "Creating the container");
        HostNetwork.Current current = network.current();
        String address = current.subnet() == null ? null : addresses.give(command.session(), current.subnet());
        Shape shape = SessionSpec.shape(command, image, found, grant, home, current, address);
        var container = launch.run(
                shape,
                guard,
                Map.of(Labels.IMAGE, image.name(), Labels.HOME, command.home().value()),
                () -> progress.accept(85, "Starting it"));
        return containers
                .describe(container)
                .orElseThrow(() -> new CommandFailure(
                        FailureCode.DOCKER_FAILED, "container " + container.getId() + " lost our labels"));
    }
}
