/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.plugin.PluginRequest;
import dev.carrel.plugin.RequestHandler;
import dev.carrel.plugin.Site;
import dev.carrel.plugin.host.CallListener;
import dev.carrel.plugin.host.HostSettings;
import dev.carrel.plugin.host.LiveExtension;
import dev.carrel.plugin.host.PluginHost;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two plugins with the same source, built against and bringing versions of Jackson and of the AWS SDK that exclude one another, run side by side in one
 * host and do their work: each reads JSON and calls a real DynamoDBLocal.
 */
@Timeout(180)
class LibrariesApartIT {
    private static final String SOURCE = """
            package sample;
            import com.fasterxml.jackson.databind.JsonNode;
            import com.fasterxml.jackson.databind.ObjectMapper;
            import com.fasterxml.jackson.databind.cfg.PackageVersion;
            import dev.carrel.plugin.*;
            import java.net.URI;
            import java.util.List;
            import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
            import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
            import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
            import software.amazon.awssdk.regions.Region;
            import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
            public class Sample implements Plugin {
                private DynamoDbClient client;
                public List<Extension> start(PluginContext context) {
                    client = DynamoDbClient.builder()
                            .endpointOverride(URI.create("ENDPOINT"))
                            .region(Region.US_EAST_1)
                            .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("k", "s")))
                            .httpClient(UrlConnectionHttpClient.create())
                            .build();
                    return List.of((RequestHandler) request -> PluginResponse.text(200, answer()));
                }
                private String answer() throws Exception {
                    JsonNode tree = new ObjectMapper().readTree("{\\"a\\": [1, 2, 3]}");
                    // Read when it runs: the compiler would copy the constant.
                    Object sdk = Class.forName("software.amazon.awssdk.core.util.VersionInfo").getField("SDK_VERSION").get(null);
                    return "Jackson " + PackageVersion.VERSION + " reads " + tree.get("a").size()
                            + ", SDK " + sdk + " finds " + client.describeTable(b -> b.tableName("TABLE")).table().tableName().equals("TABLE");
                }
                public void stop() {
                    client.close();
                }
            }
            """;

    @TempDir
    private Path root;

    @Test
    void eachPluginSeesTheVersionsThatItBrings() throws Exception {
        Path plugins = Files.createDirectories(root.resolve("plugins"));
        Path other = plugin(plugins, "other", List.of(Path.of("target", "libraries", "other")));
        Path ours = plugin(
                plugins,
                "ours",
                List.of(Path.of("target", "libraries", "ours"), Path.of("target", "plugin", "database-dynamodb")));
        for (String library : List.of("sdk-core", "jackson-databind")) {
            assertThat(version(other, library)).as(library).isNotEqualTo(version(ours, library));
        }
        try (PluginHost host = new PluginHost(settings(plugins))) {
            Semaphore changed = new Semaphore(0);
            host.onChange(changed::release);
            host.start();
            while (host.extensions(RequestHandler.class).size() < 2) {
                assertThat(changed.tryAcquire(60, TimeUnit.SECONDS))
                        .as("%s", host.statuses())
                        .isTrue();
            }
            for (int i = 0; i < 2; i++) {
                assertThat(ask(host, "other")).isEqualTo(answer(other));
                assertThat(ask(host, "ours")).isEqualTo(answer(ours));
            }
        }
    }

    private static String answer(Path plugin) throws IOException {
        return "Jackson " + version(plugin, "jackson-databind") + " reads 3, SDK " + version(plugin, "sdk-core")
                + " finds true";
    }

    private static String version(Path plugin, String library) throws IOException {
        return names(plugin).stream()
                .map(Path::toString)
                .filter(name -> name.matches(library + "-[0-9].*\\.jar"))
                .map(name -> name.substring(library.length() + 1, name.length() - ".jar".length()))
                .collect(Collectors.joining(" and "));
    }

    private HostSettings settings(Path plugins) throws IOException {
        return new HostSettings(
                List.of(plugins),
                Files.createDirectories(root.resolve("etc")),
                root.resolve("data"),
                root.resolve("work"),
                Set.of(),
                Optional.empty(),
                new Site(URI.create("http://localhost:8000"), true),
                CallListener.NONE,
                HostSettings.Tables.OF_ANY,
                Clock.systemUTC());
    }

    private static String ask(PluginHost host, String id) throws Exception {
        LiveExtension<RequestHandler> handler = host.extensions(RequestHandler.class).stream()
                .filter(e -> e.plugin().equals(id))
                .findFirst()
                .orElseThrow();
        PluginRequest request = new PluginRequest("GET", "/", Map.of(), Map.of(), new byte[0], Optional.empty(), false);
        return new String(
                handler.call("handle", Duration.ofSeconds(30), h -> h.handle(request))
                        .body(),
                StandardCharsets.UTF_8);
    }

    private static List<Path> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(Path::getFileName).toList();
        }
    }

    /** A folder of jars: the libraries, but for the plugin among them, and the sample built against them. */
    private Path plugin(Path plugins, String id, List<Path> libraries) throws Exception {
        Path folder = Files.createDirectories(root.resolve("draft-" + id));
        for (Path from : libraries) {
            for (Path name : names(from)) {
                if (!name.toString().startsWith("database-dynamodb")) {
                    Files.copy(from.resolve(name), folder.resolve(name));
                }
            }
        }
        // Of the same version in both.
        if (!Files.exists(folder.resolve("reactive-streams-1.0.4.jar"))) {
            for (Path name : names(Path.of("target", "plugin", "database-dynamodb"))) {
                if (name.toString().matches("(reactive-streams|eventstream)-.*")) {
                    Files.copy(Path.of("target", "plugin", "database-dynamodb").resolve(name), folder.resolve(name));
                }
            }
        }
        try (LocalFixture fixture = LocalFixture.shared()) {
            fixture.open().open(dev.carrel.plugin.testkit.Person.class);
            String source = SOURCE.replace("ENDPOINT", fixture.settings().endpoint())
                    .replace("TABLE", fixture.settings().tablePrefix() + "people");
            jar(folder.resolve("sample.jar"), id, compiled(id, source, folder));
        }
        return Files.move(folder, plugins.resolve(id));
    }

    private Path compiled(String id, String source, Path libraries) throws IOException {
        Path classes = Files.createDirectories(root.resolve("classes-" + id));
        Path file = Files.createDirectories(root.resolve("source-" + id)).resolve("Sample.java");
        Files.writeString(file, source);
        String path = Stream.concat(
                        names(libraries).stream()
                                .map(name -> libraries.resolve(name).toString()),
                        Stream.of(System.getProperty("java.class.path").split(java.io.File.pathSeparator))
                                .filter(entry -> entry.contains("plugin-api")
                                        || entry.contains("api/target")
                                        || entry.contains("jspecify")
                                        || entry.contains("slf4j-api")))
                .collect(Collectors.joining(java.io.File.pathSeparator));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            boolean good = compiler.getTask(
                            said,
                            manager,
                            null,
                            List.of("-d", classes.toString(), "-proc:none", "-cp", path),
                            null,
                            manager.getJavaFileObjects(file))
                    .call();
            assertThat(good).as(said.toString()).isTrue();
        }
        return classes;
    }

    private static void jar(Path file, String id, Path classes) throws IOException {
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(file));
                Stream<Path> all = Files.walk(classes)) {
            entry(
                    jar,
                    "META-INF/carrel/plugin.properties",
                    "id = %s\nversion = 1.0\napi = 1\n".formatted(id).getBytes(StandardCharsets.UTF_8));
            entry(
                    jar,
                    "META-INF/services/dev.carrel.plugin.Plugin",
                    "sample.Sample\n".getBytes(StandardCharsets.UTF_8));
            all.filter(Files::isRegularFile).forEach(path -> {
                try {
                    entry(jar, classes.relativize(path).toString(), Files.readAllBytes(path));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    private static void entry(JarOutputStream jar, String name, byte[] bytes) throws IOException {
        jar.putNextEntry(new JarEntry(name));
        jar.write(bytes);
        jar.closeEntry();
    }
}
