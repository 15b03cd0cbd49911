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
import dev.carrel.protocol.command.JuliaBoxApi;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What a worker's container has beside what every container of ours has: the policy's command, a folder in memory for the program, and three variables that
 * say who it is, where its broker is and what to say hello with. It has no home and no file of the image that it could change; code and secrets come to it
 * over the socket, so none of them stands in what Docker tells of a container.
 *
 * <p>One of JuliaBox's has the image's own command and JuliaBox's variables, the code among them, for its protocol knows no other way. Its home and, where
 * the policy says so, its files are the image's, for its packages lie there.
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
        JuliaBoxApi api = start.juliaBox();
        return new Shape(
                new Owner.Worker(start.worker()),
                image,
                found,
                grant,
                networkId,
                null,
                api == null ? image.worker() : ownCommand(image, found),
                api == null ? environment(start, broker) : environment(start, broker, api),
                Map.of(),
                FOLDER,
                null,
                api == null || image.readOnlyRoot());
    }

    private static List<String> ownCommand(AllowedImage image, Images.Found found) {
        return image.command().isEmpty() ? found.command() : image.command();
    }

    private static List<String> environment(Command.StartWorker start, Door broker) {
        return List.of(
                "CARREL_BROKER=" + address(broker),
                "CARREL_WORKER=" + start.worker(),
                "CARREL_TOKEN=" + start.token(),
                "HOME=" + FOLDER);
    }

    private static List<String> environment(Command.StartWorker start, Door broker, JuliaBoxApi api) {
        return List.of(
                "JBAPI_LOGLEVEL=1",
                "JBAPI_NAME=" + api.name(),
                "JBAPI_QUEUE=" + address(broker),
                "JBAPI_CMD=" + api.command(),
                // What it answers each request with: by that the broker knows it.
                "JBAPI_CID=" + start.token());
    }

    private static String address(Door broker) {
        return "tcp://" + broker.address() + ":" + broker.port();
    }

    /** Refuses images that serve no functions, or not so. */
    static void check(Command.StartWorker start, AllowedImage image, Path policy) throws CommandFailure {
        boolean juliaBox = start.juliaBox() != null;
        if (juliaBox && !image.juliabox()) {
            throw refused(image, "does not speak JuliaBox's protocol (expected: juliabox: true", policy);
        }
        if (!juliaBox && image.worker().isEmpty()) {
            throw refused(
                    image,
                    "serves no functions (expected: worker: [/usr/lib/carrel/worker], or whatever starts a worker in it",
                    policy);
        }
    }

    private static CommandFailure refused(AllowedImage image, String why, Path policy) {
        return new CommandFailure(
                FailureCode.IMAGE_NOT_ALLOWED,
                "image \"" + image.name() + "\" " + why + ", for \"" + image.name() + "\" under images.allow in "
                        + policy + ")");
    }

    /** Refuses images that would not run the command. */
    static void check(AllowedImage image, Images.Found found) throws CommandFailure {
        if (!image.juliabox() && CommandWords.shellLine(found.entrypoint())) {
            throw new CommandFailure(
                    FailureCode.IMAGE_NOT_ALLOWED,
                    "image " + image.reference() + " begins with a shell line, which takes no command: "
                            + found.entrypoint() + " (expected: an image without such an entry point)");
        }
    }
}
