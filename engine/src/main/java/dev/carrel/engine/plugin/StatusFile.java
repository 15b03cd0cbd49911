/* Copyright the Carrel authors. */
package dev.carrel.engine.plugin;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carrel.chassis.site.DataFolder;
import dev.carrel.plugin.host.PluginStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code engine/plugins.json}: what has become of every plugin, for the command line, which has no sign-in. Written at every change. */
public final class StatusFile {
    private static final Logger LOG = LoggerFactory.getLogger(StatusFile.class);
    private final ObjectMapper json = new ObjectMapper();
    private final Path file;

    /** The file of an installation. */
    public StatusFile(DataFolder data) {
        file = path(data);
    }

    /** Where it lies. */
    public static Path path(DataFolder data) {
        return data.engine().resolve("plugins.json");
    }

    void write(List<PluginStatus> statuses) {
        ObjectNode root = json.createObjectNode();
        root.put("pid", ProcessHandle.current().pid());
        ArrayNode list = root.putArray("plugins");
        statuses.forEach(
                status -> list.add(model(json.createObjectNode(), status).put("mark", status.mark())));
        try {
            Path fresh = file.resolveSibling(".plugins.json.new");
            Files.write(fresh, json.writeValueAsBytes(root));
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.warn("{} cannot be written, so carrel plugin list knows nothing new: {}", file, e.toString());
        }
    }

    /** A status as it stands in this file and in the REST API. */
    public static ObjectNode model(ObjectNode model, PluginStatus status) {
        model.put("source", status.source());
        model.put("id", status.id());
        model.put("name", status.name());
        model.put("text", status.text());
        model.put("version", status.version());
        model.put("state", status.state().name().toLowerCase(Locale.ROOT));
        model.put("reason", status.reason());
        ArrayNode provides = model.putArray("provides");
        status.provides().stream().sorted().forEach(provides::add);
        return model;
    }
}
