/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import dev.carrel.plugin.BucketStore;
import dev.carrel.plugin.Commands;
import dev.carrel.plugin.Database;
import dev.carrel.plugin.Mailer;
import dev.carrel.plugin.PluginContext;
import dev.carrel.plugin.Site;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The host's dealings with files: private copies of jars, settings, what plugins are lent. */
final class Workshop {
    private final HostSettings settings;
    private final AtomicInteger made = new AtomicInteger();

    Workshop(HostSettings settings) throws IOException {
        this.settings = settings;
        empty(settings.work());
        Files.createDirectories(settings.work());
    }

    private static void empty(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /**
     * Copies of a source's jars that nobody changes while classes are loaded from them.
     *
     * @throws Refused when one is not allowed
     */
    List<Path> copy(Source source, String id) throws Refused {
        Path folder = settings.work().resolve(id + "-" + made.incrementAndGet());
        List<Path> copies = new ArrayList<>();
        try {
            Files.createDirectories(folder);
            for (Path jar : source.jars()) {
                Path copy = folder.resolve(jar.getFileName());
                Files.copy(jar, copy);
                allow(copy);
                copies.add(copy);
            }
            return copies;
        } catch (IOException e) {
            throw new Refused("it cannot be copied to " + folder + ": " + e.getMessage(), e);
        }
    }

    private void allow(Path copy) throws IOException, Refused {
        if (settings.allowed().isEmpty()) {
            return;
        }
        String name = copy.getFileName().toString();
        String hash = sha256(copy);
        String allowed = settings.allowed().get().get(name);
        if (!hash.equalsIgnoreCase(allowed)) {
            throw new Refused("its SHA-256 is " + hash + " and the allow-list has "
                    + (allowed == null ? "none for " + name : allowed) + " (add \"" + name + " = " + hash
                    + "\" once you trust it)");
        }
    }

    private static String sha256(Path file) throws IOException {
        try (DigestInputStream in =
                new DigestInputStream(Files.newInputStream(file), MessageDigest.getInstance("SHA-256"))) {
            in.transferTo(java.io.OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(in.getMessageDigest().digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Changes whenever a plugin's settings do, or it is switched on or off. */
    String stamp(String id) {
        return stamp(settings.settings(), id);
    }

    static String stamp(Path settings, String id) {
        if (id.isEmpty()) {
            return "";
        }
        return stamp(settings.resolve(id + ".properties")) + " " + Files.exists(settings.resolve(id + ".disabled"));
    }

    private static String stamp(Path file) {
        try {
            if (!Files.exists(file)) {
                return "";
            }
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return attributes.size() + " " + attributes.lastModifiedTime() + " " + attributes.fileKey();
        } catch (IOException e) {
            return e.toString();
        }
    }

    private Path settingsFile(String id) {
        return settings.settings().resolve(id + ".properties");
    }

    /** Whether the operator has switched it off. */
    boolean disabled(String id) {
        return Files.exists(settings.settings().resolve(id + ".disabled"));
    }

    PluginContext context(Descriptor descriptor, Predicate<String> features, Lent lent) {
        return new Context(descriptor.id(), settings, settingsFile(descriptor.id()), features, lent);
    }

    private record Context(String id, HostSettings host, Path file, Predicate<String> features, Lent lent)
            implements PluginContext {
        @Override
        public <R extends Record> R settings(Class<R> type) {
            return new PluginSettings(file).read(type);
        }

        @Override
        public Logger log() {
            return LoggerFactory.getLogger("plugin." + id);
        }

        @Override
        public Clock clock() {
            return host.clock();
        }

        @Override
        public Path folder() {
            try {
                return Files.createDirectories(host.data().resolve(id));
            } catch (IOException e) {
                throw new UncheckedIOException("no folder for plugin " + id, e);
            }
        }

        @Override
        public Database database() {
            return lent.database();
        }

        @Override
        public Mailer mailer() {
            return lent.mailer();
        }

        @Override
        public BucketStore bucketStore() {
            return lent.bucketStore();
        }

        @Override
        public Commands commands() {
            return lent.commands().apply(id);
        }

        @Override
        public Site site() {
            return host.site();
        }

        @Override
        public boolean hasFeature(String feature) {
            return features.test(feature);
        }
    }
}
