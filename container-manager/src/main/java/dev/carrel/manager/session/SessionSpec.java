/* Copyright the Carrel authors. */
package dev.carrel.manager.session;

import dev.carrel.manager.container.CommandWords;
import dev.carrel.manager.container.Grant;
import dev.carrel.manager.container.Shape;
import dev.carrel.manager.docker.Images;
import dev.carrel.manager.docker.Labels;
import dev.carrel.manager.docker.Owner;
import dev.carrel.manager.network.Door;
import dev.carrel.manager.network.HostNetwork;
import dev.carrel.manager.policy.AllowedImage;
import dev.carrel.protocol.command.Command;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.FailureCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a session's container has beside what every container of ours has: a home, a Jupyter server with its arguments, who it is for. */
final class SessionSpec {
    private SessionSpec() {}

    /** @param network where it lives, and with it where the engine's desk for sessions is
     * @param address its own in the network; null for what Docker gives */
    static Shape shape(
            Command.StartSession start,
            AllowedImage image,
            Images.Found found,
            Grant grant,
            Path home,
            HostNetwork.Current network,
            @Nullable String address) {
        return new Shape(
                new Owner.Session(start.session()),
                image,
                found,
                grant,
                network.id(),
                address,
                commandLine(start, image, found),
                environment(start, image, network.door()),
                Map.of(
                        Labels.USER, start.user().value(),
                        Labels.HOME, start.home().value(),
                        Labels.PORT, Integer.toString(image.port())),
                image.home(),
                home,
                image.readOnlyRoot());
    }

    private static List<String> environment(Command.StartSession start, AllowedImage image, Optional<Door> desk) {
        List<String> variables = new ArrayList<>(List.of(
                "JUPYTER_TOKEN=" + start.token(),
                "JUPYTER_PORT=" + image.port(),
                "HOME=" + image.home(),
                "CARREL_SESSION=" + start.session(),
                "CARREL_USER=" + start.user()));
        desk.ifPresent(d -> variables.add("CARREL_DESK=http://" + d.address() + ":" + d.port()));
        return variables;
    }

    /** Refuses images whose command cannot take the arguments. */
    static void check(AllowedImage image, Images.Found found) throws CommandFailure {
        List<String> command = command(image, found);
        if (command.isEmpty() && found.entrypoint().isEmpty()) {
            throw unusable(image, "has no command");
        }
        for (List<String> line : List.of(command, found.entrypoint())) {
            if (CommandWords.shellLine(line)) {
                throw unusable(image, "starts a shell line, which takes no arguments: " + line);
            }
        }
    }

    private static List<String> command(AllowedImage image, Images.Found found) {
        return image.command().isEmpty() ? found.command() : image.command();
    }

    /** The command and the arguments of images/README.md. The token is no argument: those are seen in the host's process list. */
    private static List<String> commandLine(Command.StartSession start, AllowedImage image, Images.Found found) {
        List<String> line = new ArrayList<>(command(image, found));
        line.add("--ServerApp.ip=0.0.0.0");
        line.add("--ServerApp.port=" + image.port());
        line.add("--ServerApp.port_retries=0");
        line.add("--ServerApp.base_url=" + start.basePath());
        line.add("--ServerApp.root_dir=" + image.home());
        line.add("--ServerApp.allow_remote_access=True");
        line.add("--ServerApp.trust_xheaders=True");
        line.add("--ServerApp.open_browser=False");
        line.add("--ServerApp.quit_button=False");
        return line;
    }

    private static CommandFailure unusable(AllowedImage image, String why) {
        return new CommandFailure(
                FailureCode.IMAGE_NOT_ALLOWED,
                "image " + image.reference() + " " + why + " (expected: for \"" + image.name()
                        + "\" in the policy: command: [start-notebook.py], or whatever starts the image's Jupyter server)");
    }
}
