/* Copyright the Carrel authors. */
package dev.carrel.manager.docker;

import dev.carrel.protocol.name.InstallId;
import dev.carrel.protocol.name.SessionId;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The labels that make a container ours. All state of the manager lies in them. */
public final class Labels {
    /** The installation; what does not carry ours is never touched. */
    public static final String INSTALL = "dev.carrel.install";
    /** The session. */
    public static final String SESSION = "dev.carrel.session";
    /** The policy's name of the image. */
    public static final String IMAGE = "dev.carrel.image";
    /** Whose session. */
    public static final String USER = "dev.carrel.user";
    /** The home volume. */
    public static final String HOME = "dev.carrel.home";
    /** The port of the server inside. */
    public static final String PORT = "dev.carrel.port";

    /** On a network: who chooses the addresses in it. */
    public static final String ADDRESSES = "dev.carrel.addresses";

    private Labels() {}

    /** The generated name of a session's container. */
    public static String containerName(InstallId install, SessionId session) {
        return "crl-" + install + "-" + session;
    }

    /** The session of a container of this installation; empty for every other container. */
    static Optional<SessionId> session(InstallId install, @Nullable Map<String, String> labels) {
        if (labels == null || !install.value().equals(labels.get(INSTALL))) {
            return Optional.empty();
        }
        try {
            return Optional.of(new SessionId(String.valueOf(labels.get(SESSION))));
        } catch (IllegalArgumentException _) {
            // Somebody labelled a container of theirs with our install id: not a session, so not ours.
            return Optional.empty();
        }
    }
}
