/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;

/**
 * {@code META-INF/carrel/plugin.properties}, read without loading a class.
 *
 * @param api the level of the interface that the plugin was compiled for
 */
public record Descriptor(
        String id, String name, String text, String version, int api, Set<String> provides, Set<String> requires) {
    /** Where it stands in a jar. */
    public static final String PATH = "META-INF/carrel/plugin.properties";
    /** The newest level of {@code dev.carrel.plugin} that this host speaks. */
    public static final int NEWEST_API = 1;
    /** The oldest. */
    public static final int OLDEST_API = 1;

    private static final Set<String> KEYS = Set.of("id", "name", "text", "version", "api", "provides", "requires");

    /**
     * Reads the one descriptor of a plugin's jars.
     *
     * @throws Refused when there is none, more than one, or it says nothing sensible
     */
    public static Descriptor read(List<Path> jars) throws Refused {
        Descriptor found = null;
        for (Path jar : jars) {
            try (JarFile file = new JarFile(jar.toFile())) {
                JarEntry entry = file.getJarEntry(PATH);
                if (entry != null && found != null) {
                    throw new Refused("more than one jar has a " + PATH + " (expected: one plugin for each folder)");
                }
                if (entry != null) {
                    try (InputStream in = file.getInputStream(entry)) {
                        found = parse(in);
                    }
                }
            } catch (IOException e) {
                throw new Refused(
                        jar.getFileName() + " cannot be read as a jar: " + e.getMessage() + " (copy it again)", e);
            }
        }
        if (found == null) {
            throw new Refused(
                    "no " + PATH + " (expected: the plugin's id, name, version and api; see docs/plugins.md)");
        }
        return found;
    }

    static Descriptor parse(InputStream in) throws IOException, Refused {
        Properties properties = new Properties();
        try {
            properties.load(new InputStreamReader(in, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw new Refused(PATH + ": " + e.getMessage(), e);
        }
        for (String key : new TreeSet<>(properties.stringPropertyNames())) {
            if (!KEYS.contains(key)) {
                throw new Refused(PATH + ": unknown key " + key + Nearest.hint(key, KEYS));
            }
        }
        String id = required(properties, "id");
        if (!id.matches("[a-z][a-z0-9-]{0,49}")) {
            throw new Refused(
                    PATH + ": id: \"" + id + "\" (expected: a-z 0-9 and dashes, starting with a letter, at most 50)");
        }
        String api = required(properties, "api");
        if (!api.matches("\\d{1,4}")) {
            throw new Refused(PATH + ": api: \"" + api + "\" (expected: a number, " + NEWEST_API + " for this Carrel)");
        }
        int level = Integer.parseInt(api);
        if (level > NEWEST_API || level < OLDEST_API) {
            throw new Refused("it was made for level " + level + " of Carrel's plugin interface and this Carrel speaks "
                    + (OLDEST_API == NEWEST_API ? "" : OLDEST_API + " to ") + NEWEST_API
                    + (level > NEWEST_API
                            ? " (upgrade Carrel, or take an older version of the plugin)"
                            : " (take a newer version of the plugin)"));
        }
        return new Descriptor(
                id,
                properties.getProperty("name", id),
                properties.getProperty("text", ""),
                required(properties, "version"),
                level,
                features(properties, "provides"),
                features(properties, "requires"));
    }

    private static String required(Properties properties, String key) throws Refused {
        String value = properties.getProperty(key, "").strip();
        if (value.isEmpty()) {
            throw new Refused(PATH + ": " + key + " is missing");
        }
        return value;
    }

    private static Set<String> features(Properties properties, String key) throws Refused {
        Set<String> features = Arrays.stream(properties.getProperty(key, "").split(","))
                .map(String::strip)
                .filter(f -> !f.isEmpty())
                .collect(Collectors.toCollection(TreeSet::new));
        for (String feature : features) {
            if (!feature.matches("[a-z][a-z0-9.-]{0,49}")) {
                throw new Refused(PATH + ": " + key + ": \"" + feature + "\" (expected: a-z 0-9 . and dashes)");
            }
        }
        return features;
    }
}
