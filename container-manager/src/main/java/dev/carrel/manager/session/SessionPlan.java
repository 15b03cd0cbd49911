/* Copyright the Carrel authors. */
package dev.carrel.manager.session;

import dev.carrel.manager.docker.Images;
import dev.carrel.manager.policy.AllowedImage;
import dev.carrel.protocol.command.Command;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * All that decides how a session's container looks; every part has been checked.
 *
 * @param command what was asked
 * @param image the policy's entry
 * @param found the image on this machine
 * @param grant the limits it gets
 * @param home the folder on the host
 * @param networkId the network it lives in
 * @param address its own in that network; null for what Docker gives
 */
record SessionPlan(
        Command.StartSession command,
        AllowedImage image,
        Images.Found found,
        Grant grant,
        Path home,
        String networkId,
        @Nullable String address) {}
