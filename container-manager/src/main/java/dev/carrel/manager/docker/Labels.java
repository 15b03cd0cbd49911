/* Copyright the Carrel authors. */
package dev.carrel.manager.docker;

import dev.carrel.protocol.name.InstallId;
import dev.carrel.protocol.name.SessionId;
import dev.carrel.protocol.name.WorkerId;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The labels that make a container ours. All state of the manager lies in them. */
public final class Labels {
    /** The installation; what does not carry ours is never touched. */
    public static final String INSTALL = "dev.carrel.install";
    /** The session. */
    public static final String SESSION = "dev.carrel.session";
    /** The worker of functions; what carries it is no session, whatever else it carries. */
    public static final String WORKER = "dev.carrel.worker";
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

    /** What a label is for, in a word for messages. */
    public static String meaning(String label) {
        return label.substring(label.lastIndexOf('.') + 1);
    }

    /** For what a container of this installation was started; empty for every other container. */
    static Optional<Owner> owner(InstallId install, @Nullable Map<String, String> labels) {
        if (labels == null || !install.value().equals(labels.get(INSTALL))) {
            return Optional.empty();
        }
        try {
            String worker = labels.get(WORKER);
            return Optional.of(
                    worker == null
                            ? new Owner.Session(new SessionId(String.valueOf(labels.get(SESSION))))
                            : new Owner.Worker(new WorkerId(worker)));
        } catch (IllegalArgumentException _) {
            // Somebody labelled a container of theirs with our install id: neither session nor worker, so not ours.
            return Optional.empty();
        }
    }
}
