/* Copyright the Carrel authors. */
package dev.carrel.manager;

import dev.carrel.chassis.boot.Service;
import dev.carrel.chassis.site.DataFolder;
import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.protocol.channel.CommandServer;
import dev.carrel.protocol.channel.ServerOptions;
import dev.carrel.protocol.key.CurveKeys;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The only way in: the command server on loopback, open to the keys in the manager's own folder. */
@Singleton
final class CommandDoor implements Service {
    private static final Logger LOG = LoggerFactory.getLogger(CommandDoor.class);

    private static final Duration CLOSE = Duration.ofSeconds(10);

    private final DataFolder data;
    private final int port;
    private final Commands commands;
    private final EventRelay events;
    private volatile Set<String> clients = Set.of();
    private @Nullable CommandServer server;

    @Inject
    CommandDoor(DataFolder data, SiteSettings site, Commands commands, EventRelay events) {
        this.data = data;
        this.commands = commands;
        this.events = events;
        port = site.managerPort();
    }

    @Override
    public void start() throws IOException {
        CurveKeys keys = CurveKeys.readOrCreate(data.managerCurveKey());
        clients = clients(data.managerClients());
        if (clients.isEmpty()) {
            LOG.warn("nobody may send commands: {}", nobody());
        }
        CommandServer opened =
                new CommandServer(ServerOptions.of("127.0.0.1", port, keys, clients, "manager"), commands);
        server = opened;
        events.to(opened::publish);
        opened.start();
        LOG.info("taking commands on 127.0.0.1:{} from {} client(s)", opened.port(), clients.size());
    }

    /** Why no engine can connect; empty when one can. */
    Optional<String> fault() {
        return clients.isEmpty() ? Optional.of(nobody()) : Optional.empty();
    }

    private String nobody() {
        return data.managerClients()
                + " holds no public key (expected: engine.pub; create it with: carrel setup, then start the container-manager again)";
    }

    private static Set<String> clients(Path folder) throws IOException {
        Set<String> keys = new HashSet<>();
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                files.filter(f -> f.getFileName().toString().endsWith(".pub"))
                        .forEach(f -> keys.add(CurveKeys.readPublic(f)));
            }
        }
        return Set.copyOf(keys);
    }

    /** Closing waits for threads of the transport; a transport that does not end must not keep the process from ending. */
    @Override
    public void stop() throws InterruptedException {
        CommandServer opened = server;
        if (opened != null) {
            Thread closing =
                    Thread.ofPlatform().daemon().name("command-door-close").start(opened::close);
            if (!closing.join(CLOSE)) {
                LOG.warn("the command server did not close within {} s; ending without it", CLOSE.toSeconds());
            }
        }
    }
}
