/* Copyright the Carrel authors. */
package dev.carrel.http.files;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** Resources below a prefix, kept in memory once asked for. Only what exists is kept, so the jars bound the memory. */
final class ClassPathSource implements AssetSource {
    private final ClassLoader loader;
    private final String prefix;
    private final Map<String, Asset> known = new ConcurrentHashMap<>();

    ClassPathSource(ClassLoader loader, String prefix) {
        if (prefix.isEmpty() || prefix.startsWith("/") || !prefix.endsWith("/")) {
            throw new IllegalArgumentException(
                    "prefix: " + prefix + " (expected: not empty, no slash first, a slash last)");
        }
        this.loader = loader;
        this.prefix = prefix;
    }

    @Override
    public @Nullable Asset find(List<String> segments) throws IOException {
        String name = prefix + String.join("/", segments);
        Asset asset = known.get(name);
        if (asset == null) {
            asset = load(name);
            if (asset != null) {
                known.put(name, asset);
            }
        }
        return asset;
    }

    private @Nullable Asset load(String name) throws IOException {
        URL url = loader.getResource(name);
        if (url == null || isFolder(url)) {
            return null;
        }
        URLConnection connection = url.openConnection();
        connection.setUseCaches(false);
        try (InputStream in = connection.getInputStream()) {
            byte[] bytes = in.readAllBytes();
            Instant modified = Instant.ofEpochSecond(Math.max(0, connection.getLastModified() / 1000));
            return new Asset(
                    new Asset.Content.Memory(bytes),
                    bytes.length,
                    modified,
                    ContentHash.of(bytes),
                    ContentTypes.compressible(name) ? gzip(bytes) : null);
        }
    }

    /** Once for each file; null when it would not become a tenth smaller. */
    private static byte @Nullable [] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream(bytes.length / 2 + 64);
        try (GZIPOutputStream out = new GZIPOutputStream(packed) {
            {
                def.setLevel(Deflater.BEST_COMPRESSION);
            }
        }) {
            out.write(bytes);
        }
        return packed.size() < bytes.length * 9L / 10 ? packed.toByteArray() : null;
    }

    /** A class loader opens folders too, and lists them. */
    private static boolean isFolder(URL url) throws IOException {
        if (url.getProtocol().equals("file")) {
            return !Files.isRegularFile(Path.of(URI.create(url.toString())));
        }
        if (url.openConnection() instanceof JarURLConnection jar) {
            jar.setUseCaches(false);
            try (var file = jar.getJarFile()) {
                String entry = String.valueOf(jar.getEntryName());
                return entry.endsWith("/") || file.getEntry(entry + "/") != null;
            }
        }
        return false;
    }
}
