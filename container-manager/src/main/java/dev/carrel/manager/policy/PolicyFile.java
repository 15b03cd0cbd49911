/* Copyright the Carrel authors. */
package dev.carrel.manager.policy;

import dev.carrel.chassis.settings.Settings;
import dev.carrel.chassis.settings.SettingsReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads and explains the policy file. The environment has no say in it: whoever starts the process must not widen it. */
public final class PolicyFile {
    /** The sections, for the reference page. */
    public static final List<Class<? extends Record>> SECTIONS =
            List.of(ImagePolicy.class, LimitPolicy.class, WorkerPolicy.class, NetworkPolicy.class, DockerPolicy.class);

    private PolicyFile() {}

    /**
     * Reads the policy. A missing or empty file is a policy that allows no image.
     *
     * @throws dev.carrel.chassis.settings.SettingsException with every fault
     * @throws IOException when the file cannot be read, or others may write it
     */
    public static Policy read(Path file) throws IOException {
        if (Files.exists(file)) {
            int mode = (Integer) Files.getAttribute(file, "unix:mode");
            if ((mode & 0022) != 0) {
                throw new IOException("policy file " + file + ": mode " + Integer.toOctalString(mode & 07777)
                        + " lets others change what may be started (expected: chmod 644 " + file + ")");
            }
        }
        return policy(file, SettingsReader.read(file, Map.of(), Set.of(), SECTIONS));
    }

    /** As {@link #read}, from a text; {@code file} names it in faults. */
    public static Policy parse(Path file, String text) {
        return policy(file, SettingsReader.parse(file.toString(), text, Map.of(), Set.of(), SECTIONS));
    }

    /** The text that a new installation gets: one image, every key explained. */
    public static String defaultText() {
        try (InputStream stream =
                PolicyFile.class.getResourceAsStream("/dev/carrel/manager/default-manager-policy.yaml")) {
            if (stream == null) {
                throw new IllegalStateException("default-manager-policy.yaml is not in the jar of container-manager");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("reading default-manager-policy.yaml from the jar", e);
        }
    }

    private static Policy policy(Path file, Settings settings) {
        return new Policy(
                file,
                settings.section(ImagePolicy.class),
                settings.section(LimitPolicy.class),
                settings.section(WorkerPolicy.class),
                settings.section(NetworkPolicy.class),
                settings.section(DockerPolicy.class));
    }
}
