/* Copyright the Carrel authors. */
package dev.carrel.manager.worker;

import dev.carrel.manager.container.CommandWords;
import dev.carrel.manager.container.Grant;
import dev.carrel.manager.container.Shape;
import dev.carrel.manager.docker.Images;
import dev.carrel.manager.docker.Owner;
import dev.carrel.manager.network.Door;
import dev.carrel.manager.policy.AllowedImage;
import dev.carrel.protocol.command.Command;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.FailureCode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What a worker's container has beside what every container of ours has: the policy's command, a folder in memory for the program, and three variables that
 * say who it is, where its broker is and what to say hello with. It has no home and no file of the image that it could change; code and secrets come to it
 * over the socket, so none of them stands in what Docker tells of a container.
 */
final class WorkerSpec {
    /** Where a worker's program lies and runs. */
    static final String FOLDER = "/work";

    private WorkerSpec() {}

    static Shape shape(
            Command.StartWorker start,
            AllowedImage image,
            Images.Found found,
            Grant grant,
            String networkId,
            Door broker) {
        return new Shape(
                new Owner.Worker(start.worker()),
                image,
                found,
                grant,
                networkId,
                null,
                image.worker(),
                List.of(
                        "CARREL_BROKER=tcp://" + broker.address() + ":" + broker.port(),
                        "CARREL_WORKER=" + start.worker(),
                        "CARREL_TOKEN=" + start.token(),
                        "HOME=" + FOLDER),
                Map.of(),
                FOLDER,
                null,
                true);
    }

    /** Refuses images that serve no functions. */
    static void check(AllowedImage image, Path policy) throws CommandFailure {
        if (image.worker().isEmpty()) {
            throw new CommandFailure(
                    FailureCode.IMAGE_NOT_ALLOWED,
                    "image \"" + image.name()
                            + "\" serves no functions (expected: worker: [/usr/lib/carrel/worker], or "
                            + "whatever starts a worker in it, for \"" + image.name() + "\" under images.allow in "
                            + policy
                            + ")");
        }
    }

    /** Refuses images that would not run the command. */
    static void check(AllowedImage image, Images.Found found) throws CommandFailure {
        if (CommandWords.shellLine(found.entrypoint())) {
            throw new CommandFailure(
                    FailureCode.IMAGE_NOT_ALLOWED,
                    "image " + image.reference() + " begins with a shell line, which takes no command: "
                            + found.entrypoint() + " (expected: an image without such an entry point)");
        }
    }
}
