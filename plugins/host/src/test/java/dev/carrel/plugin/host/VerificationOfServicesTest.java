/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Plugins that others use are asked who they are, and must say in their description what they provide. */
class VerificationOfServicesTest {
    /** A plugin at every such point, whose answers these are. */
    private static String everything(Object... answers) {
        return """
            record Store() implements BucketStore {
                public String name() { return %1$s; }
                public Item push(String key, Content content, Map<String, String> metadata) { return null; }
                public Item pull(String key, java.io.OutputStream into) { return null; }
                public Item pull(String key, long from, long length, java.io.OutputStream into) { return null; }
                public Optional<Item> find(String key) { return Optional.empty(); }
                public boolean delete(String key) { return false; }
                public Item copy(String from, String to) { return null; }
                public Item move(String from, String to) { return null; }
                public Listing list(String prefix, String after, int limit) { return null; }
                public Optional<String> health() { return Optional.of("no such bucket"); }
            }
            record Post() implements Mailer {
                public String name() { return "post office"; }
                public Receipt send(Mail mail) { throw new IllegalStateException("asked"); }
                public Quota quota() { throw new IllegalStateException("asked"); }
                public Optional<String> health() { return %2$s; }
            }
            record Names() implements Dns {
                public String name() { return "names"; }
                public String domain() { return %3$s; }
                public Change put(Entry entry) { return null; }
                public Change delete(String name, Kind kind) { return null; }
                public Optional<Entry> find(String name, Kind kind) { return Optional.empty(); }
                public boolean synced(Change change) { return true; }
            }
            record Machines() implements Compute {
                public String name() { return "machines"; }
                public String installId() { return %4$s; }
                public Instance self() { throw new IllegalStateException("asked"); }
                public List<Instance> instances() { return List.of(); }
                public void publish(List<Measure> measures) { }
                public Map<String, Double> latest(String measure) { return Map.of(); }
                public int recentness(String instance) { return 0; }
                public void terminate(String instance) { throw new IllegalStateException("asked"); }
            }
            record Homes() implements Volume {
                public Traits traits() { return %5$s; }
                public Disk acquire(Claim claim, Hands hands) { return null; }
                public void release(Disk disk, boolean backup, Hands hands) { }
                public Optional<Disk> find(Mount mount) { return Optional.empty(); }
                public List<Disk> ready() { return List.of(); }
                public Size size(Disk disk) { return null; }
                public Use use() { return null; }
            }
            record Refresh() implements Command {
                public Terms terms() { return Terms.of("refresh", "Reads it again."); }
                public String run(Call call) { throw new IllegalStateException("asked"); }
            }
            public List<Extension> start(PluginContext context) {
                return List.of(new Store(), new Post(), new Names(), new Machines(), new Homes(), new Refresh());
            }
            """.formatted(answers);
    }

    private static final String ALL = "bucketstore, compute, dns, mail, volume";
    private static final String[] RIGHT = {
        "\"bucket of tests\"",
        "Optional.empty()",
        "\"lab.example.org\"",
        "\"tests\"",
        "new Traits(Kind.HOME, true, true, false, false)"
    };

    @TempDir
    private Path root;

    private List<Verification.Check> verify(String provides, Object... parts) throws IOException, InterruptedException {
        Path jar = PluginJar.plugin("services", everything(parts))
                .says("provides", provides)
                .into(root.resolve("built"), "services.jar");
        return Verification.of(
                jar, Files.createDirectories(root.resolve("etc")), root.resolve("shipped"), root.resolve("work"));
    }

    private static Verification.Check broken(List<Verification.Check> checks) {
        assertThat(checks.stream().filter(check -> !check.kept())).hasSize(1);
        return checks.stream().filter(check -> !check.kept()).findFirst().orElseThrow();
    }

    @Test
    void onesThatAreRightAreAskedWhoTheyAreAndNothingThatHasAnEffect() throws Exception {
        List<Verification.Check> checks = verify(ALL, (Object[]) RIGHT);

        assertThat(checks).allMatch(Verification.Check::kept);
        assertThat(checks)
                .extracting(check -> check.rule() + ": " + check.detail())
                .contains(
                        "answers as BucketStore: bucket of tests, no such bucket",
                        "answers as Mailer: post office, it answers",
                        "answers as Dns: names, zone lab.example.org",
                        "answers as Compute: machines, install id tests",
                        "answers as Volume: Traits[kind=HOME, hardQuota=true, keeps=true, shared=false, readOnly=false]",
                        "answers as Command: refresh, at most PT5M, 1 at once, 100 waiting: Reads it again.",
                        "says what it provides: bucketstore, compute, dns, mail, volume");
    }

    @Test
    void aFeatureThatTheDescriptionLacks() throws Exception {
        Verification.Check broken = broken(verify("bucketstore, compute, dns", (Object[]) RIGHT));

        assertThat(broken.rule()).isEqualTo("says what it provides");
        assertThat(broken.detail())
                .isEqualTo("not mail, volume (expected in META-INF/carrel/plugin.properties: provides = mail, volume)");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "0| null| BucketStore| name() answered null",
                "0| \" \"| BucketStore| name: \"\" (expected: which service, for logs and pages)",
                "1| null| Mailer| health() answered null",
                "2| null| Dns| domain() answered null",
                "2| \"Lab.example.org.\"| Dns| domain: \"Lab.example.org.\" (expected: as lab.example.org",
                "3| \"My Lab\"| Compute| installId: \"My Lab\" (expected: a-z 0-9 and dashes, at most 50)",
                "4| null| Volume| traits() answered null",
                "4| new Traits(Kind.CONFIG, true, true, false, false)| Volume| CONFIG that keeps (expected: gone with its session)"
            },
            delimiter = '|')
    void aWrongAnswer(int part, String code, String point, String detail) throws Exception {
        String[] parts = RIGHT.clone();
        parts[part] = code;

        Verification.Check broken = broken(verify(ALL, (Object[]) parts));

        assertThat(broken.rule()).isEqualTo("answers as " + point);
        assertThat(broken.detail()).contains(detail);
    }
}
