/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Plugins send mail and keep items by whichever plugin provides that, and are told clearly when none does. */
@Timeout(120)
class SharedServicesTest {
    private static final String MAILER = """
            record M(String id) implements Mailer {
                public String name() { return id + " on " + Thread.currentThread().getName().replaceAll("[0-9]+", "N"); }
                public Receipt send(Mail mail) {
                    if (mail.subject().equals("refuse")) throw PluginException.permanent(REFUSED, PluginException.Blame.USER, "no such person", null);
                    if (mail.subject().equals("break")) throw new IllegalStateException("on purpose");
                    if (mail.subject().equals("null")) return null;
                    return new Receipt("<" + mail.id() + "@" + id + ">", Map.of());
                }
                public Quota quota() { return new Quota(OptionalLong.empty(), OptionalDouble.of(5)); }
                public Optional<String> health() { return Optional.empty(); }
            }
            public List<Extension> start(PluginContext context) { return List.of(new M(context.id())); }
            """;

    private static final String STORE = """
            record S(String id) implements BucketStore {
                public String name() { return id + " with " + Thread.currentThread().getContextClassLoader().getName(); }
                public Item push(String key, Content content, Map<String, String> metadata) throws java.io.IOException {
                    try (var in = content.open()) { return new Item(key, in.readAllBytes().length, "0".repeat(64), java.time.Instant.EPOCH, metadata); }
                }
                public Item pull(String key, java.io.OutputStream into) throws java.io.IOException { into.write(7); return null; }
                public Item pull(String key, long from, long length, java.io.OutputStream into) { return null; }
                public Optional<Item> find(String key) { throw PluginException.temporary(DOWN, PluginException.Blame.EXTERNAL, java.time.Duration.ofSeconds(3), "it sleeps", null); }
                public boolean delete(String key) { throw new NullPointerException("on purpose"); }
                public Item copy(String from, String to) { return null; }
                public Item move(String from, String to) { return null; }
                public Listing list(String prefix, String after, int limit) { checkedI(limit); return new Listing(List.of(), Optional.empty()); }
                private static void checkedI(int limit) { BucketStore.checkedLimit(limit); }
                public Optional<String> health() { return Optional.of("half full"); }
            }
            public List<Extension> start(PluginContext context) { return List.of(new S(context.id())); }
            """;

    /** Answers what mailer and store say. */
    private static final String USER = """
            public List<Extension> start(PluginContext context) {
                return List.of((RequestHandler) request -> PluginResponse.text(200, said(context, request.path())));
            }
            static String said(PluginContext context, String path) throws Exception {
                Mailer mailer = context.mailer();
                BucketStore store = context.bucketStore();
                return switch (path) {
                    case "/mail" -> mailer.send(Mailer.Mail.text("12345678", "ada@example.org", "hello", "text")).messageId();
                    case "/refuse" -> coded(() -> mailer.send(Mailer.Mail.text("12345678", "ada@example.org", "refuse", "text")));
                    case "/break" -> coded(() -> mailer.send(Mailer.Mail.text("12345678", "ada@example.org", "break", "text")));
                    case "/null" -> coded(() -> mailer.send(Mailer.Mail.text("12345678", "ada@example.org", "null", "text")));
                    case "/mailer" -> mailer.name() + " " + mailer.quota().perSecond().getAsDouble() + mailer.health();
                    case "/gone" -> coded(() -> mailer.send(Mailer.Mail.text("12345678", "ada@example.org", "hello", "text")))
                            + " | " + mailer.health() + " | " + coded(() -> store.find("x")) + " | " + store.health();
                    case "/store" -> store.name() + " " + store.push("a", BucketStore.Content.of(new byte[3]), Map.of()).size();
                    case "/asleep" -> coded(() -> store.find("x"));
                    case "/fault" -> coded(() -> store.delete("x"));
                    case "/limit" -> coded(() -> store.list("", "", 0));
                    default -> coded(() -> store.pull("x", new java.io.OutputStream() {
                        public void write(int b) throws java.io.IOException { throw new java.io.IOException("my disk is full"); }
                    }));
                };
            }
            static String coded(java.util.concurrent.Callable<?> call) {
                try { return "done " + call.call(); }
                catch (PluginException e) { return e.code() + " " + e.retryable() + " " + e.blame() + " " + e.getMessage(); }
                catch (Exception e) { return e.getClass().getSimpleName() + " " + e.getMessage(); }
            }
            """;

    @TempDir
    private Path root;

    private HostRig rig;

    @BeforeEach
    void start() throws Exception {
        rig = new HostRig(root);
        PluginJar.plugin("user", USER).into(rig.folder, "user.jar");
        rig.look();
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    private void add(String id, String body, String feature) throws Exception {
        PluginJar.plugin(id, body).says("provides", feature).into(rig.folder, id + ".jar");
        rig.look();
    }

    @Test
    void withoutAProviderCallsFailForNowAndSayWhereToLook() throws Exception {
        assertThat(rig.ask("user", "/gone"))
                .isEqualTo("mail.down true RESOURCES no plugin sends mail just now (see: carrel plugin list)"
                        + " | Optional[no plugin sends mail just now (see: carrel plugin list)]"
                        + " | bucket.down true RESOURCES no plugin provides a bucket store just now (see: carrel plugin list)"
                        + " | Optional[no plugin provides a bucket store just now (see: carrel plugin list)]");
    }

    @Test
    void aMailGoesByTheFirstProviderOnItsOwnThreads() throws Exception {
        add("post-b", MAILER, "mail");
        add("post-a", MAILER, "mail");

        assertThat(rig.ask("user", "/mail")).isEqualTo("<12345678@post-a>");
        assertThat(rig.ask("user", "/mailer")).isEqualTo("post-a on plugin-post-a-N 5.0Optional.empty");

        Files.delete(rig.folder.resolve("post-a.jar"));
        rig.look();
        assertThat(rig.ask("user", "/mail")).isEqualTo("<12345678@post-b>");
    }

    @Test
    void failuresOfAMailerComeThroughAndItsFaultsNameIt() throws Exception {
        add("post", MAILER, "mail");

        assertThat(rig.ask("user", "/refuse")).isEqualTo("mail.refused false USER no such person");
        assertThat(rig.ask("user", "/break"))
                .isEqualTo(
                        "mail.refused false INTERNAL plugin post: send: java.lang.IllegalStateException: on purpose");
        assertThat(rig.ask("user", "/null")).isEqualTo("mail.refused false INTERNAL plugin post: send answered null");
    }

    @Test
    void itemsPassOnTheCallersThreadWithTheProvidersClasses() throws Exception {
        add("store", STORE, "bucketstore");

        assertThat(rig.ask("user", "/store")).isEqualTo("store with plugin-store 3");
        assertThat(rig.ask("user", "/asleep")).isEqualTo("bucket.down true EXTERNAL it sleeps");
        assertThat(rig.ask("user", "/fault"))
                .isEqualTo(
                        "bucket.fault false INTERNAL plugin store: delete: java.lang.NullPointerException: on purpose");
        assertThat(rig.ask("user", "/limit")).isEqualTo("IllegalArgumentException limit: 0 (expected: 1 to 1000)");
        assertThat(rig.ask("user", "/pull")).isEqualTo("IOException my disk is full");
    }

    @Test
    void aProviderThatIsGoneLeavesNoClasses() throws Exception {
        add("post", MAILER, "mail");
        add("store", STORE, "bucketstore");
        rig.ask("user", "/mail");
        rig.ask("user", "/store");
        WeakReference<ClassLoader> loader = loaderOf("post");
        Files.delete(rig.folder.resolve("post.jar"));
        Files.delete(rig.folder.resolve("store.jar"));
        rig.look();

        org.awaitility.Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
            System.gc();
            return loader.get() == null;
        });
        assertThatThrownBy(() -> rig.ask("user", "/mail")).hasMessageContaining("no plugin sends mail just now");
    }

    private WeakReference<ClassLoader> loaderOf(String id) throws Exception {
        return new WeakReference<>(rig.host.extensions(dev.carrel.plugin.Mailer.class).stream()
                .filter(live -> live.plugin().equals(id))
                .findFirst()
                .orElseThrow()
                .extension()
                .getClass()
                .getClassLoader());
    }
}
