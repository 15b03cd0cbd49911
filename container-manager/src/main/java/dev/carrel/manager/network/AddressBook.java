/* Copyright the Carrel authors. */
package dev.carrel.manager.network;

import dev.carrel.manager.docker.SessionList;
import dev.carrel.protocol.command.AddressRest;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.FailureCode;
import dev.carrel.protocol.name.SessionId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which session has which address. Docker by itself gives a freed address to the next container at once, and then whoever still holds a route to the one
 * that is gone reaches the other. Here addresses go round: each start gets the one after the last that was given, and none that was in use within
 * the last hour ({@link AddressRest}). What is given is on the disk before it is used, so neither a restart nor a power cut gives it again.
 *
 * <p>One that ended while nobody watched counts as ended when we first miss it. A book that is lost or damaged is begun anew at a random place, without
 * the addresses of the containers there are. Thread-safe.
 */
public final class AddressBook {
    private static final Logger LOG = LoggerFactory.getLogger(AddressBook.class);
    private static final String HEADER = "carrel addresses 1 ";
    private static final String HELD = "-";
    private static final Duration LOOK = Duration.ofMinutes(1);

    private final Path file;
    private final Clock clock;
    private final SessionList containers;
    private final Map<String, Holder> holders = new LinkedHashMap<>();
    private String subnet = "";
    private int next;
    private Instant looked = Instant.MIN;

    /** @param missed since when there is no container of it; null while there is one, or may be */
    private record Holder(SessionId session, @Nullable Instant missed) {}

    /** A book in this file, which is read at the first gift. */
    public AddressBook(Path file, Clock clock, SessionList containers) {
        this.file = file;
        this.clock = clock;
        this.containers = containers;
    }

    /**
     * The address for a session's container: the same for the same session.
     *
     * @throws CommandFailure when none is free, or the book cannot be kept
     */
    public synchronized String give(SessionId session, Subnet from) throws CommandFailure, InterruptedException {
        open(from);
        for (Map.Entry<String, Holder> entry : holders.entrySet()) {
            if (entry.getValue().session().equals(session)) {
                return entry.getKey();
            }
        }
        look();
        for (int tried = 0; tried < from.size(); tried++) {
            String address = from.address(next);
            next = (next + 1) % from.size();
            if (!holders.containsKey(address)) {
                holders.put(address, new Holder(session, null));
                keep();
                return address;
            }
        }
        // Who was missed just now shall not rest anew after a restart.
        keep();
        throw new CommandFailure(
                FailureCode.NO_RESOURCES,
                "no address is free: network " + from + " has " + from.size() + " for sessions, and each rests for "
                        + AddressRest.AFTER_END.toMinutes()
                        + " minutes after its session (expected: fewer starts an hour, or a larger network: larger "
                        + "default-address-pools for the Docker engine, then remove the network while no session runs)");
    }

    private void open(Subnet from) throws CommandFailure, InterruptedException {
        if (subnet.equals(from.toString())) {
            return;
        }
        Map<String, Holder> read = new HashMap<>();
        int at = -1;
        try {
            if (Files.exists(file)) {
                at = read(from, read);
            }
        } catch (IOException | IllegalArgumentException | DateTimeParseException e) {
            LOG.error("{} cannot be understood and is begun anew: {}", file, e.toString());
        }
        if (at < 0) {
            read.clear();
            at = new SecureRandom().nextInt(from.size());
            for (Map.Entry<SessionId, String> running : containers.addresses().entrySet()) {
                read.put(running.getValue(), new Holder(running.getKey(), null));
            }
        }
        holders.clear();
        holders.putAll(read);
        next = at % from.size();
        looked = Instant.MIN;
        subnet = from.toString();
    }

    /** @return the next number; -1 when the book is of another network */
    private int read(Subnet from, Map<String, Holder> into) throws IOException {
        List<String> lines = Files.readAllLines(file, StandardCharsets.US_ASCII);
        String[] head = lines.isEmpty() ? new String[0] : lines.getFirst().split(" ");
        if (head.length != 5 || !lines.getFirst().startsWith(HEADER)) {
            throw new IllegalArgumentException("its first line is none of ours");
        }
        if (!head[3].equals(from.toString())) {
            LOG.info("the network is now {}; its addresses are given from a random one on", from);
            return -1;
        }
        for (String line : lines.subList(1, lines.size())) {
            String[] parts = line.split(" ");
            if (parts.length != 3) {
                throw new IllegalArgumentException("\"" + line + "\" is no entry");
            }
            into.put(
                    parts[0],
                    new Holder(new SessionId(parts[1]), parts[2].equals(HELD) ? null : Instant.parse(parts[2])));
        }
        int at = Integer.parseInt(head[4]);
        if (at < 0) {
            throw new IllegalArgumentException("its next number is " + at);
        }
        return at;
    }

    /** Notes who is missing, and forgets who has been for long enough. */
    private void look() throws CommandFailure, InterruptedException {
        Instant now = clock.instant();
        if (!looked.isBefore(now.minus(LOOK)) && !looked.isAfter(now)) {
            return;
        }
        Set<SessionId> there = containers.sessions();
        looked = now;
        holders.replaceAll((_, holder) -> new Holder(
                holder.session(),
                there.contains(holder.session()) ? null : holder.missed() == null ? now : holder.missed()));
        holders.values()
                .removeIf(holder -> holder.missed() != null
                        && holder.missed().plus(AddressRest.AFTER_END).isBefore(now));
    }

    private void keep() throws CommandFailure {
        StringBuilder text = new StringBuilder(HEADER)
                .append(subnet)
                .append(' ')
                .append(next)
                .append('\n');
        holders.forEach((address, holder) -> text.append(address)
                .append(' ')
                .append(holder.session())
                .append(' ')
                .append(holder.missed() == null ? HELD : holder.missed())
                .append('\n'));
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            try (FileChannel channel = FileChannel.open(
                    fresh, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
                ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.US_ASCII));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            try (FileChannel folder = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
                folder.force(true);
            }
        } catch (IOException e) {
            throw new CommandFailure(
                    FailureCode.NO_RESOURCES,
                    "the address for the session cannot be noted in " + file + ": " + e
                            + " (expected: room on the disk, and a folder that the container-manager may write)");
        }
    }
}
