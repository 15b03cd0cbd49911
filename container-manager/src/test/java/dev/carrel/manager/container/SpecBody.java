/* Copyright the Carrel authors. */
package dev.carrel.manager.container;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.dockerjava.core.command.CreateContainerCmdImpl;
import dev.carrel.manager.docker.HostFacts;
import dev.carrel.manager.policy.LimitPolicy;
import dev.carrel.protocol.name.InstallId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;

/** The body that is sent to Docker for a container. */
public final class SpecBody {
    /** Every key that its part about the host may have; a new one must be thought about here. */
    public static final Set<String> HOST_KEYS = Set.of(
            "NetworkMode",
            "Mounts",
            "Tmpfs",
            "ReadonlyRootfs",
            "Privileged",
            "CapDrop",
            "SecurityOpt",
            "IpcMode",
            "CgroupnsMode",
            "Memory",
            "MemorySwap",
            "NanoCpus",
            "PidsLimit",
            "Ulimits",
            "ShmSize",
            "OomScoreAdj",
            "Init",
            "RestartPolicy",
            "PublishAllPorts",
            "AutoRemove",
            "LogConfig");

    private static final ObjectMapper JSON = new ObjectMapper();

    private SpecBody() {}

    /** The body, in the installation abcdefgh. */
    public static JsonNode of(Shape shape, LimitPolicy limits, HostFacts host) {
        var create = new CreateContainerCmdImpl(_ -> null, null, shape.found().id());
        try {
            return withoutNulls(JSON.readTree(JSON.writeValueAsBytes(
                    new ContainerSpec(new InstallId("abcdefgh"), limits).fill(create, shape, host))));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** A body as it was written down beside a test. */
    public static JsonNode expected(Class<?> test, String name) throws IOException {
        try (var stream = test.getResourceAsStream(name)) {
            return JSON.readTree(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private static JsonNode withoutNulls(JsonNode node) {
        for (String name : node.properties().stream().map(Map.Entry::getKey).toList()) {
            if (node.get(name).isNull()) {
                ((ObjectNode) node).remove(name);
            } else {
                withoutNulls(node.get(name));
            }
        }
        if (node.isArray()) {
            node.forEach(SpecBody::withoutNulls);
        }
        return node;
    }
}
