/* Copyright the Carrel authors. */
package dev.carrel.manager.docker;

import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.ContainerConfig;
import com.github.dockerjava.api.model.PullResponseItem;
import dev.carrel.manager.policy.AllowedImage;
import dev.carrel.manager.policy.Policy;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.FailureCode;
import dev.carrel.protocol.name.Printable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Images of the policy, found on this machine or fetched. Containers are made from the id that was checked here, so a tag that moves
 * afterwards changes nothing. Nothing is remembered: looking takes a millisecond.
 */
public final class Images {
    private final DockerEngine docker;
    private final Policy policy;

    /** Asks nothing yet. */
    public Images(DockerEngine docker, Policy policy) {
        this.docker = docker;
        this.policy = policy;
    }

    /**
     * An image that may be used.
     *
     * @param id the image's id
     * @param entrypoint its entry point, empty when it has none
     * @param command its command, empty when it has none
     * @param volumes paths it declares as volumes
     * @param pulled whether it was fetched just now
     */
    public record Found(
            String id, List<String> entrypoint, List<String> command, List<String> volumes, boolean pulled) {
        /** Copies the lists. */
        public Found {
            entrypoint = List.copyOf(entrypoint);
            command = List.copyOf(command);
            volumes = List.copyOf(volumes);
        }
    }

    /** The policy's entry of this name. */
    public AllowedImage allowed(String name) throws CommandFailure {
        Optional<AllowedImage> image = policy.image(name);
        if (image.isPresent()) {
            return image.get();
        }
        String known = policy.images().allow().stream().map(AllowedImage::name).collect(Collectors.joining(", "));
        throw new CommandFailure(
                FailureCode.IMAGE_NOT_ALLOWED,
                "image: " + Printable.quote(name) + " is not allowed (expected: "
                        + (known.isEmpty()
                                ? "an entry under images.allow in " + policy.file() + ", which has none"
                                : known + "; others: add them under images.allow in " + policy.file())
                        + ")");
    }

    /**
     * Finds an image, fetching it when it is missing and the policy lets it.
     *
     * @param progress told how far fetching is
     */
    public Found find(AllowedImage image, BiConsumer<Integer, String> progress)
            throws CommandFailure, InterruptedException {
        Optional<InspectImageResponse> here = inspect(image);
        if (here.isPresent()) {
            return checked(image, here.get(), false);
        }
        if (image.pull() == AllowedImage.Pull.NEVER) {
            throw new CommandFailure(
                    FailureCode.IMAGE_MISSING,
                    "image " + image.reference()
                            + " is not on this machine (expected: built by: carrel setup; or let it be fetched: pull: if-missing for \""
                            + image.name() + "\" in " + policy.file() + ")");
        }
        pull(image, progress);
        InspectImageResponse pulled = inspect(image)
                .orElseThrow(() -> new CommandFailure(
                        FailureCode.IMAGE_MISSING,
                        "image " + image.reference() + " was fetched but is not there (see: docker images)"));
        return checked(image, pulled, true);
    }

    private Optional<InspectImageResponse> inspect(AllowedImage image) throws CommandFailure, InterruptedException {
        try {
            return Optional.of(docker.call(
                    "docker image inspect",
                    client -> client.inspectImageCmd(image.reference()).exec()));
        } catch (NotFoundException _) {
            return Optional.empty();
        }
    }

    private Found checked(AllowedImage image, InspectImageResponse found, boolean pulled) throws CommandFailure {
        String id = String.valueOf(found.getId());
        if (!image.id().isEmpty() && !image.id().equals(id)) {
            throw mismatch(image, id, image.id());
        }
        if (image.reference().startsWith("sha256:") && !image.reference().equals(id)) {
            throw mismatch(image, id, image.reference());
        }
        Optional<String> digest = image.digest();
        if (digest.isPresent() && !digest.get().equals(id) && !hasDigest(found, digest.get())) {
            throw mismatch(image, id, digest.get());
        }
        ContainerConfig config = found.getConfig();
        return new Found(
                id,
                config == null ? List.of() : list(config.getEntrypoint()),
                config == null ? List.of() : list(config.getCmd()),
                volumes(config),
                pulled);
    }

    private CommandFailure mismatch(AllowedImage image, String found, String expected) {
        return new CommandFailure(
                FailureCode.IMAGE_NOT_ALLOWED,
                "image " + image.reference() + " is " + found + " on this machine (expected: " + expected + ", as \""
                        + image.name() + "\" says in " + policy.file() + ")");
    }

    private static boolean hasDigest(InspectImageResponse found, String digest) {
        List<String> digests = found.getRepoDigests();
        return digests != null && digests.stream().anyMatch(d -> d.endsWith("@" + digest));
    }

    private static List<String> list(String @Nullable [] words) {
        return words == null ? List.of() : List.of(words);
    }

    private static List<String> volumes(@Nullable ContainerConfig config) {
        Map<String, ?> volumes = config == null ? null : config.getVolumes();
        return volumes == null ? List.of() : List.copyOf(volumes.keySet());
    }

    private void pull(AllowedImage image, BiConsumer<Integer, String> progress)
            throws CommandFailure, InterruptedException {
        String reference = image.reference();
        if (reference.startsWith("sha256:")) {
            throw new CommandFailure(
                    FailureCode.IMAGE_MISSING,
                    "image " + reference
                            + " is not on this machine and cannot be fetched by its id (expected: a name in "
                            + policy.file() + ")");
        }
        PullProgress layers = new PullProgress(progress);
        try {
            docker.<PullResponseItem>stream(
                    "docker pull " + reference,
                    policy.docker().pullTimeout(),
                    client -> client.pullImageCmd(repository(reference))
                            .withTag(tag(reference))
                            .exec(layers));
        } catch (NotFoundException e) {
            throw new CommandFailure(
                    FailureCode.IMAGE_MISSING, "image " + reference + " cannot be fetched: " + Failures.reason(e));
        } catch (CommandFailure e) {
            if (e.code() == FailureCode.DOCKER_FAILED) {
                throw new CommandFailure(
                        FailureCode.IMAGE_MISSING, "image " + reference + " cannot be fetched: " + e.getMessage());
            }
            throw e;
        }
        Optional<String> fault = layers.fault();
        if (fault.isPresent()) {
            throw new CommandFailure(
                    FailureCode.IMAGE_MISSING, "image " + reference + " cannot be fetched: " + fault.get());
        }
    }

    static String repository(String reference) {
        int at = reference.indexOf('@');
        String name = at < 0 ? reference : reference.substring(0, at);
        int colon = name.lastIndexOf(':');
        return colon > name.lastIndexOf('/') ? name.substring(0, colon) : name;
    }

    /** The digest, else the tag: without either Docker would fetch every tag there is. */
    static String tag(String reference) {
        int at = reference.indexOf('@');
        if (at >= 0) {
            return reference.substring(at + 1);
        }
        int colon = reference.lastIndexOf(':');
        return colon > reference.lastIndexOf('/') ? reference.substring(colon + 1) : "latest";
    }
}
