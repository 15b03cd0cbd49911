/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import dev.carrel.plugin.Authenticator;
import dev.carrel.plugin.BucketStore;
import dev.carrel.plugin.ClusterTask;
import dev.carrel.plugin.Command;
import dev.carrel.plugin.Compute;
import dev.carrel.plugin.Database;
import dev.carrel.plugin.Dns;
import dev.carrel.plugin.EventListener;
import dev.carrel.plugin.Extension;
import dev.carrel.plugin.Mailer;
import dev.carrel.plugin.NodeTask;
import dev.carrel.plugin.PasswordAuthenticator;
import dev.carrel.plugin.RequestHandler;
import dev.carrel.plugin.SignInCheck;
import dev.carrel.plugin.Site;
import dev.carrel.plugin.UiSection;
import dev.carrel.plugin.UsageAccounting;
import dev.carrel.plugin.Volume;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * What every plugin must keep, tried on a jar without an engine: it is loaded, started, asked, stopped and started again, as a host would. Whatever
 * it requires is taken to be there.
 */
public final class Verification {
    private static final Duration QUESTION = Duration.ofSeconds(5);
    private static final Duration TRIAL = Duration.ofMinutes(5);
    private static final int COLLECTIONS = 20;

    private final List<Check> checks = new ArrayList<>();
    private final Path settings;
    private final Path shipped;
    private final Path work;
    private final Trial trial;

    private Verification(Path settings, Path shipped, Path work, Trial trial) {
        this.trial = trial;
        this.settings = settings;
        this.shipped = shipped;
        this.work = work;
    }

    /**
     * One rule, and whether it is kept.
     *
     * @param detail what was seen, or what is wrong and the mend
     */
    public record Check(String rule, boolean kept, String detail) {}

    /** Tries what a running plugin has added. */
    @FunctionalInterface
    public interface Trial {
        /** Nothing more. */
        Trial NONE = (_, _) -> List.of();

        /**
         * Tries it, on a thread of the plugin's, for at most five minutes.
         *
         * @param plugin its id
         */
        List<Check> of(String plugin, List<Extension> extensions) throws Exception;
    }

    /**
     * Tries a jar, or a folder of jars; its code runs in this process. Ends at the first rule without which the others cannot be tried.
     *
     * @param settings the folder in which its {@code ID.properties} may lie
     * @param shipped a folder of plugins of which those are started with it that provide what it requires; may be missing
     * @param work an empty folder of the caller's, for copies and the plugin's own files
     */
    public static List<Check> of(Path jar, Path settings, Path shipped, Path work)
            throws IOException, InterruptedException {
        return of(jar, settings, shipped, work, Trial.NONE);
    }

    /** The same, and while the plugin runs it is tried in other ways, too. */
    public static List<Check> of(Path jar, Path settings, Path shipped, Path work, Trial trial)
            throws IOException, InterruptedException {
        Verification verification = new Verification(settings, shipped, work, trial);
        verification.run(jar);
        return List.copyOf(verification.checks);
    }

    private void run(Path jar) throws IOException, InterruptedException {
        Path folder = Files.createDirectories(work.resolve("jars"));
        String name = jar.getFileName().toString();
        PluginFile.of(jar)
                .copyTo(folder.resolve(name.endsWith(".jar") || Files.isDirectory(jar) ? name : "plugin.jar"));
        Source source = Source.list(folder).getFirst();
        if (!source.complete()) {
            checks.add(new Check("is a complete jar", false, "it is not (copy it again)"));
            return;
        }
        Descriptor descriptor;
        try {
            descriptor = Descriptor.read(source.jars());
        } catch (Refused e) {
            checks.add(new Check("describes itself", false, String.valueOf(e.getMessage())));
            return;
        }
        checks.add(new Check(
                "describes itself",
                true,
                descriptor.id() + " " + descriptor.version() + ", level " + descriptor.api()));
        Workshop workshop = new Workshop(surroundings(folder, settings, "own"));
        // Another folder of settings: what the installation has set is not to be touched, its database least of all.
        try (PluginHost companions =
                new PluginHost(surroundings(companions(descriptor), work.resolve("none"), "others"))) {
            companions.start();
            // Each run is lent what is its own, as a host would: a database remembers the tables of whoever uses it.
            WeakReference<ClassLoader> loader =
                    once(descriptor, source, workshop, companions.lent(companions.database()), true);
            once(descriptor, source, workshop, companions.lent(companions.database()), false);
            collect(loader);
        } catch (Refused e) {
            checks.add(new Check("starts", false, String.valueOf(e.getMessage())));
        }
    }

    private HostSettings surroundings(Path folder, Path settingsFolder, String name) {
        return new HostSettings(
                List.of(folder),
                settingsFolder,
                work.resolve(name + "-data"),
                work.resolve(name + "-work"),
                Set.of(),
                Optional.empty(),
                new Site(URI.create("http://localhost:8000"), true),
                CallListener.NONE,
                HostSettings.Tables.OF_ANY,
                Clock.systemUTC());
    }

    /** A folder with those of the shipped plugins that provide what is required. */
    private Path companions(Descriptor descriptor) throws IOException {
        Path folder = Files.createDirectories(work.resolve("others"));
        for (PluginFile file : PluginFile.list(shipped)) {
            Descriptor other = file.descriptor();
            if (other != null
                    && !other.id().equals(descriptor.id())
                    && !Collections.disjoint(other.provides(), descriptor.requires())) {
                file.copyTo(folder.resolve(file.path().getFileName().toString()));
            }
        }
        return folder;
    }

    private WeakReference<ClassLoader> once(
            Descriptor descriptor, Source source, Workshop workshop, Lent lent, boolean first)
            throws Refused, InterruptedException {
        long begin = System.nanoTime();
        RunningPlugin plugin = RunningPlugin.start(
                descriptor,
                workshop.copy(source, descriptor.id()),
                d -> workshop.context(d, _ -> true, lent),
                CallListener.NONE);
        long took = Duration.ofNanos(System.nanoTime() - begin).toMillis();
        checks.add(new Check(first ? "starts" : "starts again", true, took + " ms"));
        if (first) {
            extensions(plugin);
            features(plugin);
            trial(plugin);
        }
        List<String> left = plugin.stop();
        if (first) {
            checks.add(new Check(
                    "leaves no thread behind",
                    left.isEmpty(),
                    left.isEmpty() ? "none" : String.join(", ", left) + " (its stop must end what its start began)"));
        }
        return new WeakReference<>(plugin.loader());
    }

    private void extensions(RunningPlugin plugin) throws InterruptedException {
        List<String> kinds = new ArrayList<>();
        for (Extension extension : plugin.extensions()) {
            String rule = "answers as " + kind(extension);
            try {
                kinds.add(kind(extension));
                checks.add(new Check(rule, true, plugin.bulkhead().call("verify", QUESTION, () -> ask(extension))));
            } catch (PluginFailure e) {
                checks.add(new Check(rule, false, String.valueOf(e.getMessage())));
            }
        }
        if (kinds.isEmpty()) {
            checks.add(new Check("adds something", true, "nothing but what its start does"));
        }
    }

    private void trial(RunningPlugin plugin) throws InterruptedException {
        String id = plugin.descriptor().id();
        try {
            checks.addAll(plugin.bulkhead().call("verify", TRIAL, () -> trial.of(id, plugin.extensions())));
        } catch (PluginFailure e) {
            checks.add(new Check("can be tried", false, String.valueOf(e.getMessage())));
        }
    }

    private static String kind(Extension extension) {
        return switch (extension) {
            case RequestHandler _ -> "RequestHandler";
            case UiSection _ -> "UiSection";
            case NodeTask _ -> "NodeTask";
            case PasswordAuthenticator _ -> "PasswordAuthenticator";
            case ClusterTask _ -> "ClusterTask";
            case EventListener _ -> "EventListener";
            case Database _ -> "Database";
            case UsageAccounting _ -> "UsageAccounting";
            case Authenticator _ -> "Authenticator";
            case SignInCheck _ -> "SignInCheck";
            case BucketStore _ -> "BucketStore";
            case Mailer _ -> "Mailer";
            case Dns _ -> "Dns";
            case Compute _ -> "Compute";
            case Volume _ -> "Volume";
            case Command _ -> "Command";
        };
    }

    /** Asks what has no effect. */
    private static String ask(Extension extension) throws Exception {
        return switch (extension) {
            case RequestHandler handler -> "for " + expected(handler.access(), "access");
            case UiSection section -> {
                UiSection.Place place = expected(section.place(), "place");
                String html = expected(section.html(new UiSection.Viewer("verify", false, "xsrf")), "html");
                yield place + ", " + html.length() + " characters"
                        + section.scripts().stream().collect(Collectors.joining(", ", ", scripts: [", "]"));
            }
            case NodeTask task -> task(task.name(), task.every(), task.limit());
            case ClusterTask task -> task(task.name(), task.every(), task.limit());
            case EventListener _, UsageAccounting _ -> "told nothing here";
            case Authenticator authenticator ->
                expected(authenticator.buttons(), "buttons").stream()
                        .map(button -> button.label() + " at " + button.path())
                        .collect(Collectors.joining(", ", "buttons: [", "]"));
            case SignInCheck _ -> "asked nothing here";
            case PasswordAuthenticator passwords -> stranger(passwords);
            case Command command -> offer(expected(command.terms(), "terms"));
            default -> service(extension);
        };
    }

    /** Whom nobody knows must not come in. */
    private static String stranger(PasswordAuthenticator passwords) throws Exception {
        PasswordAuthenticator.Answer answer = expected(
                passwords.check(new PasswordAuthenticator.Attempt(
                        "verify-" + UUID.randomUUID(), UUID.randomUUID().toString(), Optional.empty(), "192.0.2.1")),
                "check");
        if (answer instanceof PasswordAuthenticator.Answer.Right
                || answer instanceof PasswordAuthenticator.Answer.Identified) {
            throw new IllegalStateException("it lets in somebody whose name and password were made up");
        }
        return expected(passwords.keeping(), "keeping")
                .map(keeping -> "keeps passwords of at least " + keeping.minLength() + " characters")
                .orElse("keeps no passwords");
    }

    /** Those for which there is something outside. */
    private static String service(Extension extension) {
        return switch (extension) {
            case Database database -> answering(database.name(), database.health());
            case BucketStore store -> answering(store.name(), store.health());
            case Mailer mailer -> answering(mailer.name(), mailer.health());
            case Dns dns -> expected(dns.name(), "name") + ", zone " + zone(expected(dns.domain(), "domain"));
            case Compute compute ->
                expected(compute.name(), "name") + ", install id "
                        + install(expected(compute.installId(), "installId"));
            case Volume volume -> expected(volume.traits(), "traits").toString();
            default -> throw new IllegalArgumentException("an extension point without a question: " + extension);
        };
    }

    private static String answering(String name, Optional<String> health) {
        if (expected(name, "name").isBlank()) {
            throw new IllegalArgumentException("name: \"\" (expected: which service, for logs and pages)");
        }
        return name + ", " + expected(health, "health").orElse("it answers");
    }

    private static String zone(String domain) {
        if (!domain.matches("([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")) {
            throw new IllegalArgumentException("domain: \"" + domain
                    + "\" (expected: as lab.example.org, in lower case, without a dot at its end)");
        }
        return domain;
    }

    private static String install(String id) {
        if (!id.matches("[a-z0-9-]{1,50}")) {
            throw new IllegalArgumentException("installId: \"" + id + "\" (expected: a-z 0-9 and dashes, at most 50)");
        }
        return id;
    }

    private static String offer(Command.Terms terms) {
        return terms.name() + ", at most " + terms.limit() + ", " + terms.atOnce() + " at once, " + terms.waiting()
                + " waiting: " + terms.text();
    }

    /** What others ask for by {@code requires} must be in the description, or they would wait for ever. */
    private void features(RunningPlugin plugin) {
        Set<String> missing = new TreeSet<>();
        for (Extension extension : plugin.extensions()) {
            feature(extension)
                    .filter(feature -> !plugin.descriptor().provides().contains(feature))
                    .ifPresent(missing::add);
        }
        if (plugin.extensions().stream()
                .anyMatch(extension -> feature(extension).isPresent())) {
            checks.add(new Check(
                    "says what it provides",
                    missing.isEmpty(),
                    missing.isEmpty()
                            ? String.join(
                                    ", ", new TreeSet<>(plugin.descriptor().provides()))
                            : "not " + String.join(", ", missing) + " (expected in " + Descriptor.PATH + ": provides = "
                                    + String.join(", ", missing) + ")"));
        }
    }

    private static Optional<String> feature(Extension extension) {
        return switch (extension) {
            case BucketStore _ -> Optional.of("bucketstore");
            case Compute _ -> Optional.of("compute");
            case Database _ -> Optional.of("database");
            case Dns _ -> Optional.of("dns");
            case Mailer _ -> Optional.of("mail");
            case Volume _ -> Optional.of("volume");
            case Authenticator _,
                    ClusterTask _,
                    Command _,
                    EventListener _,
                    NodeTask _,
                    PasswordAuthenticator _,
                    RequestHandler _,
                    SignInCheck _,
                    UiSection _,
                    UsageAccounting _ -> Optional.empty();
        };
    }

    private static String task(String name, Duration every, Duration limit) {
        if (!expected(name, "name").matches("[a-z0-9-]{1,50}")) {
            throw new IllegalArgumentException("name: \"" + name + "\" (expected: a-z 0-9 and dashes)");
        }
        return name + ", every " + expected(every, "every") + ", at most " + expected(limit, "limit");
    }

    private static <T> T expected(@org.jspecify.annotations.Nullable T value, String method) {
        if (value == null) {
            throw new IllegalStateException(method + "() answered null");
        }
        return value;
    }

    private void collect(WeakReference<ClassLoader> loader) {
        for (int i = 0; i < COLLECTIONS && loader.get() != null; i++) {
            System.gc();
        }
        boolean gone = loader.get() == null;
        checks.add(
                new Check(
                        "can be unloaded",
                        gone,
                        gone
                                ? "its classes are gone"
                                : "something still holds its classes: a thread, a shutdown hook, a JMX bean, a thread local (its stop must end what its start began)"));
    }
}
