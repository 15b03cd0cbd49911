/* Copyright the Carrel authors. */
package dev.carrel.manager.container;

import dev.carrel.manager.docker.Images;
import dev.carrel.manager.docker.Owner;
import dev.carrel.manager.policy.AllowedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that decides how a container looks; every part has been checked.
 *
 * @param owner for what it is started
 * @param image the policy's entry
 * @param found the image on this machine
 * @param grant the limits it gets
 * @param networkId the network it lives in
 * @param address its own in that network; null for what Docker gives
 * @param command its words, which are arguments where the image has an entry point
 * @param environment variables as {@code NAME=value}
 * @param labels beside those that every container of ours has
 * @param folder where its first process begins, and where it may write
 * @param home the folder of the host that is mounted there; null for one in memory, in which programs may be executed
 * @param readOnlyRoot whether the image's files cannot be changed
 */
public record Shape(
        Owner owner,
        AllowedImage image,
        Images.Found found,
        Grant grant,
        String networkId,
        @Nullable String address,
        List<String> command,
        List<String> environment,
        Map<String, String> labels,
        String folder,
        @Nullable Path home,
        boolean readOnlyRoot) {
    /** Copies the collections. */
    public Shape {
        command = List.copyOf(command);
        environment = List.copyOf(environment);
        labels = Map.copyOf(labels);
    }

    /** Without the environment, which holds a token. */
    @Override
    public String toString() {
        return "Shape[" + owner + ", " + image.name() + "]";
    }
}
