/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carrel.chassis.site.DataFolder;
import dev.carrel.chassis.site.ProcessName;
import dev.carrel.engine.plugin.PluginPasswords;
import dev.carrel.engine.plugin.StatusFile;
import dev.carrel.plugin.host.Descriptor;
import dev.carrel.plugin.host.Part;
import dev.carrel.plugin.host.PluginFile;
import dev.carrel.plugin.host.Verification;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The plugins of an installation as files, and what its engine says of them. */
final class PluginFolder {
    /** The state of what lies there while no engine runs. */
    static final String NOT_RUNNING = "no-engine";

    private static final Set<String> BUSY = Set.of("discovered", "starting");
    private static final Duration JUDGED = Duration.ofSeconds(20);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Place place;
    private final DataFolder data;

    PluginFolder(Place place) {
        this.place = place;
        this.data = place.data();
    }

    /** What the engine says when it runs, else what the files say of themselves. */
    ArrayNode list() throws IOException {
        Optional<ArrayNode> judged = judged();
        if (judged.isPresent()) {
            return judged.get();
        }
        ArrayNode list = JSON.createArrayNode();
        for (Part part : PluginPasswords.PARTS) {
            list.add(unjudged(part.path(), part.descriptor(), ""));
        }
        for (PluginFile file : PluginFile.list(data.plugins())) {
            list.add(unjudged(file));
        }
        return list;
    }

    /** One of the plugins that are part of the program. */
    static Optional<Part> part(String id) {
        return PluginPasswords.PARTS.stream()
                .filter(part -> part.descriptor().id().equals(id))
                .findFirst();
    }

    /** What comes with the program. */
    ArrayNode listShipped() throws IOException {
        Set<String> installed = new TreeSet<>();
        PluginFile.list(data.plugins()).forEach(file -> installed.add(id(file)));
        ArrayNode list = JSON.createArrayNode();
        for (PluginFile file : PluginFile.list(shipped())) {
            list.add(unjudged(file).put("state", installed.contains(id(file)) ? "installed" : "available"));
        }
        return list;
    }

    private static String id(PluginFile file) {
        return file.descriptor() == null ? "" : file.descriptor().id();
    }

    /** Refuses a plugin whose needs a shipped plugin could meet that is not installed: it would only wait. */
    void refuseWithout(Descriptor descriptor) throws IOException {
        Set<String> missing = new TreeSet<>(descriptor.requires());
        // Every installation has a database, with or without a plugin that keeps it.
        missing.remove("database");
        for (PluginFile file : PluginFile.list(data.plugins())) {
            if (file.descriptor() != null) {
                missing.removeAll(file.descriptor().provides());
            }
        }
        List<PluginFile> shipped = PluginFile.list(shipped());
        for (String feature : missing) {
            List<String> ids = shipped.stream()
                    .filter(file -> file.descriptor() != null
                            && file.descriptor().provides().contains(feature))
                    .map(PluginFolder::id)
                    .sorted()
                    .toList();
            if (!ids.isEmpty()) {
                throw new LauncherException(descriptor.id() + " requires " + String.join(", ", missing)
                        + " (first: carrel plugin install " + String.join(" or ", ids) + ")");
            }
        }
    }

    private Optional<ArrayNode> judged() throws IOException {
        Path file = StatusFile.path(data);
        if (!Files.isReadable(file)) {
            return Optional.empty();
        }
        JsonNode root = JSON.readTree(Files.readAllBytes(file));
        Probe engine = Probe.of(ProcessName.ENGINE, place.site());
        return engine.pid() != 0
                        && engine.pid() == root.path("pid").asLong()
                        && root.get("plugins") instanceof ArrayNode list
                ? Optional.of(list)
                : Optional.empty();
    }

    private ObjectNode unjudged(PluginFile file) {
        return unjudged(file.path(), file.descriptor(), file.reason());
    }

    private ObjectNode unjudged(Path path, @Nullable Descriptor descriptor, String reason) {
        ObjectNode model = JSON.createObjectNode();
        String id = descriptor == null ? "" : descriptor.id();
        model.put("source", path.getFileName().toString());
        model.put("id", id);
        model.put("name", descriptor == null ? "" : descriptor.name());
        model.put("text", descriptor == null ? "" : descriptor.text());
        model.put("version", descriptor == null ? "" : descriptor.version());
        boolean disabled = !id.isEmpty() && Files.exists(disabledMark(id));
        model.put("state", descriptor == null ? "refused" : disabled ? "disabled" : NOT_RUNNING);
        model.put("reason", reason);
        ArrayNode provides = model.putArray("provides");
        if (descriptor != null) {
            descriptor.provides().stream().sorted().forEach(provides::add);
        }
        return model;
    }

    /** The plugins that come with the program. */
    static Path shipped() {
        return Place.home().resolve("plugins");
    }

    /** The jar, or folder of jars, that a person means: a path, or the id of a plugin that comes with the program. */
    static Path named(String jar) throws IOException {
        Path path = Path.of(jar);
        if (Files.exists(path) || jar.contains("/") || jar.endsWith(".jar")) {
            return path;
        }
        List<PluginFile> files = PluginFile.list(shipped());
        return files.stream()
                .filter(file ->
                        file.descriptor() != null && file.descriptor().id().equals(jar))
                .map(PluginFile::path)
                .findFirst()
                .orElseThrow(() -> new LauncherException(jar
                        + " is neither a file nor a plugin that comes with Carrel (expected: the path of a jar, or one of: "
                        + ids(files) + ")"));
    }

    private static String ids(List<PluginFile> files) {
        return String.join(
                ", ",
                files.stream()
                        .map(PluginFile::descriptor)
                        .flatMap(Stream::ofNullable)
                        .map(Descriptor::id)
                        .toList());
    }

    /** What a jar, or a folder of jars, says of itself. */
    static Descriptor descriptor(Path jar) throws IOException {
        if (!Files.exists(jar)) {
            throw new LauncherException(jar + " is no file (expected: the plugin's jar)");
        }
        PluginFile file = PluginFile.of(jar);
        if (file.descriptor() == null) {
            throw new LauncherException(jar + ": " + file.reason());
        }
        return file.descriptor();
    }

    /** The file of a plugin; of one that is part of the program, where the host has it among the files. */
    Path find(String id) throws IOException {
        Optional<Part> part = part(id);
        if (part.isPresent()) {
            return part.get().path();
        }
        List<PluginFile> files = PluginFile.list(data.plugins());
        return files.stream()
                .filter(file ->
                        file.descriptor() != null && file.descriptor().id().equals(id))
                .map(PluginFile::path)
                .findFirst()
                .orElseThrow(() -> new LauncherException("no plugin " + id + " in " + data.plugins() + " (there "
                        + (files.isEmpty() ? "is none" : "are: " + ids(files))
                        + ")"));
    }

    Path disabledMark(String id) {
        return data.settingsFile().resolveSibling("plugins").resolve(id + ".disabled");
    }

    /** Puts a jar, or a folder of jars, in the place of the plugin's older version, whole; answers where. */
    Path install(Path jar, String id) throws IOException {
        Optional<Path> older = PluginFile.list(data.plugins()).stream()
                .filter(file ->
                        file.descriptor() != null && file.descriptor().id().equals(id))
                .map(PluginFile::path)
                .findFirst();
        boolean folder = Files.isDirectory(jar);
        Path target = older.filter(path -> Files.isDirectory(path) == folder)
                .orElse(data.plugins().resolve(folder ? id : id + ".jar"));
        Path fresh = data.plugins().resolve("." + id + ".new");
        Path gone = data.plugins().resolve("." + id + ".old");
        Files.createDirectories(data.plugins());
        deleteAll(fresh);
        deleteAll(gone);
        try {
            PluginFile.of(jar).copyTo(fresh);
            readable(fresh);
            // A folder cannot take a folder's place in one step: for a moment there is none, which the engine looks at
            // twice before it acts.
            if (older.isPresent() && (folder || !older.get().equals(target))) {
                Files.move(older.get(), gone, StandardCopyOption.ATOMIC_MOVE);
            }
            try {
                Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException e) {
                if (Files.exists(gone)) {
                    Files.move(gone, older.orElseThrow(), StandardCopyOption.ATOMIC_MOVE);
                }
                throw e;
            }
            deleteAll(gone);
        } finally {
            deleteAll(fresh);
        }
        return target;
    }

    /** Whatever the operator's umask is, the engine's user reads it. */
    private static void readable(Path path) throws IOException {
        try (Stream<Path> all = Files.walk(path)) {
            for (Path one : all.toList()) {
                Files.setPosixFilePermissions(
                        one, PosixFilePermissions.fromString(Files.isDirectory(one) ? "rwxr-xr-x" : "rw-r--r--"));
            }
        }
    }

    /** Deletes a plugin's file or folder. */
    void remove(Path path) throws IOException {
        deleteAll(path);
    }

    /** What the engine makes of a plugin that has just been changed: waits until it has judged it. Without an engine, what the file says. */
    JsonNode await(Path path) throws IOException, InterruptedException {
        String source = path.getFileName().toString();
        long end = System.nanoTime() + JUDGED.toNanos();
        do {
            Path settings = data.settingsFile().resolveSibling("plugins");
            Optional<Part> part = part(source);
            String mark = part.isPresent() ? part.get().mark(settings) : PluginFile.mark(path, settings);
            for (JsonNode plugin : list()) {
                boolean judged = plugin.path("mark").asText(mark).equals(mark);
                boolean busy = BUSY.contains(plugin.path("state").asText());
                if (plugin.path("source").asText().equals(source) && judged && !busy) {
                    return plugin;
                }
            }
            TimeUnit.MILLISECONDS.sleep(200);
        } while (System.nanoTime() < end);
        throw new LauncherException("the engine has not judged " + source + " within " + JUDGED.toSeconds()
                + " s (see: carrel plugin list, and the engine's log)");
    }

    /** Whether a plugin's code must not run in this process. */
    static boolean mustConfine() {
        return Privileges.root();
    }

    /** Tries a jar in this process. */
    List<Verification.Check> verify(Path jar, Verification.Trial trial) throws IOException, InterruptedException {
        descriptor(jar);
        Path work = Files.createTempDirectory("carrel-verify");
        try {
            return Verification.of(jar, data.settingsFile().resolveSibling("plugins"), shipped(), work, trial);
        } finally {
            deleteAll(work);
        }
    }

    /** Tries a jar as the service user: root must not run what a plugin holds. */
    int verifyConfined(Path jar, boolean quick) throws IOException {
        descriptor(jar);
        if (!Files.isDirectory(data.engine())) {
            throw new LauncherException(
                    "verify runs the plugin's code, which root must not (give --data of an installation, whose user "
                            + Privileges.SERVICE_USER + " runs it; or do it as another user)");
        }
        Path copies = Files.createTempDirectory(data.engine(), "verify");
        Path copy = copies.resolve(jar.getFileName());
        try {
            PluginFile.of(jar).copyTo(copy);
            readable(copies);
            return quick
                    ? Administration.run(data, "plugin", "verify", "--quick", copy.toString())
                    : Administration.run(data, "plugin", "verify", copy.toString());
        } finally {
            deleteAll(copies);
        }
    }

    /** What goes by itself meanwhile is gone, too: a database that has just been closed takes its log away. */
    private static void deleteAll(Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        Files.walkFileTree(path, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (e instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw e;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e) throws IOException {
                if (e != null) {
                    throw e;
                }
                Files.deleteIfExists(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
