/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import dev.carrel.plugin.PluginContext;
import dev.carrel.plugin.Site;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a plugin is lent in its own tests: settings as the test gives them, and in place of other plugins the fakes of this kit. Any thread.
 *
 * @param id the plugin's
 * @param given its settings
 * @param site what it is told about the site
 * @param place under which its folder lies; empty for a plugin that keeps nothing
 * @param features that are there
 */
public record FakeContext(
        String id,
        Record given,
        Site site,
        Optional<Path> place,
        Clock clock,
        Set<String> features,
        FakeDatabase database,
        FakeMailer mailer,
        FakeBucketStore bucketStore,
        FakeCommands commands)
        implements PluginContext {
    /** With everything that a plugin can be lent but a folder, at a site that others reach. */
    public static FakeContext of(String id, Record settings) {
        return new FakeContext(
                id,
                settings,
                new Site(URI.create("https://lab.example.org"), false),
                Optional.empty(),
                Clock.systemUTC(),
                Set.of(),
                new FakeDatabase(),
                new FakeMailer(),
                new FakeBucketStore(),
                new FakeCommands());
    }

    /** The same at another site. */
    public FakeContext at(Site other) {
        return new FakeContext(id, given, other, place, clock, features, database, mailer, bucketStore, commands);
    }

    /** The same with a folder. */
    public FakeContext in(Path folder) {
        return new FakeContext(
                id, given, site, Optional.of(folder), clock, features, database, mailer, bucketStore, commands);
    }

    /** The same at another time. */
    public FakeContext with(Clock other) {
        return new FakeContext(id, given, site, place, other, features, database, mailer, bucketStore, commands);
    }

    @Override
    public <R extends Record> R settings(Class<R> type) {
        return type.cast(given);
    }

    @Override
    public Logger log() {
        return LoggerFactory.getLogger("plugin." + id);
    }

    @Override
    public Path folder() {
        try {
            return Files.createDirectories(
                    place.orElseThrow(() -> new AssertionError("the plugin asks for a folder; this test gives it none"))
                            .resolve(id));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean hasFeature(String feature) {
        return features.contains(feature);
    }
}
