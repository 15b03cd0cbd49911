/* Copyright the Carrel authors. */
package dev.carrel.router.route;

import com.fasterxml.jackson.databind.JsonNode;
import dev.carrel.chassis.boot.Service;
import dev.carrel.chassis.site.DataFolder;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes the route table and keeps it in {@code router/routes.json} and {@code router/routes.log}. A change that returned survives {@code kill -9} and a
 * power cut; the table is changed before the files, so a route works even when the disk is full and only its keeping failed. Changes of
 * many callers at once share what the disk costs. After a restart every route counts as used just then: what passed while nobody watched is
 * unknown, and a session must not be stopped for that. Any thread but event loops.
 */
@Singleton
public final class RouteStore implements Service {
    private static final Logger LOG = LoggerFactory.getLogger(RouteStore.class);
    private static final Duration SAVE_TIMEOUT = Duration.ofSeconds(4);

    private final Clock clock;
    private final RouteTable table;
    private final RouteFiles files;
    private final GroupCommit commits;

    /** Empty until started. */
    @Inject
    public RouteStore(DataFolder data, Clock clock, RouteTable table) {
        this.clock = clock;
        this.table = table;
        this.files = new RouteFiles(data.router(), table::all);
        this.commits = new GroupCommit("routes", files);
    }

    /** Reads the files. What cannot be understood is put aside, and we begin with no routes: the engine brings them back. */
    @Override
    public void start() throws IOException {
        try {
            files.read(new Loading());
            LOG.info("{} routes read", table.size());
        } catch (RouteFiles.DamagedException | InvalidRoute e) {
            table.all().forEach(route -> table.remove(route.path()));
            Path aside = files.setAside(clock.millis());
            LOG.error(
                    "the routes on the disk cannot be understood: {}. They were moved to {} and the router starts without routes. "
                            + "The engine brings the sessions' routes back within a minute.",
                    e.getMessage(),
                    aside);
        }
        commits.start();
    }

    private final class Loading implements RouteFiles.Reader {
        @Override
        public void put(String path, JsonNode posted) {
            table.put(Route.read(path, posted, new Activity(clock)));
        }

        @Override
        public void remove(String path) {
            table.remove(path);
        }
    }

    @Override
    public void stop() {
        commits.close();
    }

    /**
     * Adds a route or replaces the one at its path; returns when it is on the disk.
     *
     * @param key as of {@link RoutePath#key}
     * @throws InvalidRoute when what was posted is none
     * @throws IOException when it could not be kept; it is in use all the same
     */
    public void put(String key, JsonNode posted) throws IOException, InterruptedException {
        Route read = Route.read(key, posted, new Activity(clock));
        byte[] line = RouteFiles.line(read);
        long number;
        synchronized (table) {
            Optional<Route> before = table.get(key);
            Route route = before.map(old -> read.sharing(old.activity())).orElse(read);
            table.put(route);
            // More that is told of the same start of a session is no sign of anybody in it.
            if (route.session().isEmpty() || before.isEmpty() || !before.get().sameDestination(route)) {
                route.activity().touch();
                route.activity().use();
            }
            number = commits.add(line);
        }
        commits.await(number, SAVE_TIMEOUT);
    }

    /**
     * Removes a route; returns when that is on the disk.
     *
     * @return false when there was none
     * @throws IOException when it could not be kept; the route is gone until a restart all the same
     */
    public boolean remove(String key) throws IOException, InterruptedException {
        long number;
        synchronized (table) {
            if (!table.remove(key)) {
                return false;
            }
            number = commits.add(RouteFiles.removal(key));
        }
        commits.await(number, SAVE_TIMEOUT);
        return true;
    }

    /** Why the last change could not be kept; empty when it was. */
    public Optional<String> fault() {
        return commits.fault();
    }
}
