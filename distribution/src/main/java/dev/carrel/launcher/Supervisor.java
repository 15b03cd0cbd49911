/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import dev.carrel.chassis.site.DataFolder;
import dev.carrel.chassis.site.ProcessName;
import dev.carrel.chassis.site.SiteSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the three processes, keeps them alive, and stops them in order: router, engine, container-manager. Sessions are containers and
 * outlive all of them.
 */
final class Supervisor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Supervisor.class);
    private static final Duration STOP = Duration.ofSeconds(20);
    private static final Duration RESTART = Duration.ofSeconds(60);
    /** So often may a process fail at the first start before we give up. */
    private static final int GIVE_UP = 3;

    private final DataFolder data;
    private final SiteSettings site;
    private final Map<String, String> environment;
    private final FileChannel lockFile;
    private final List<Child> children;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile @Nullable Requests requests;
    private boolean closed;

    /**
     * Takes the installation's lock.
     *
     * @throws LauncherException when another supervisor has it
     */
    Supervisor(DataFolder data, SiteSettings site, Map<String, String> environment) {
        this.data = data;
        this.site = site;
        this.environment = environment;
        try {
            lockFile = FileChannel.open(
                    data.run().resolve("up.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = lockFile.tryLock();
            if (lock == null) {
                lockFile.close();
                throw new LauncherException(
                        "another carrel up already runs for " + data.root() + " (see: carrel status)");
            }
            stopLeftovers();
            RunState.own(environment, false).write(data);
        } catch (IOException e) {
            throw new UncheckedIOException(data.run() + " cannot be written (run: carrel setup)", e);
        }
        children = Stream.of(ProcessName.MANAGER, ProcessName.ROUTER, ProcessName.ENGINE)
                .map(name -> new Child(name, data, environment))
                .toList();
    }

    /** A supervisor that was killed leaves its processes behind; they would hold the ports. */
    private void stopLeftovers() throws IOException {
        for (ProcessName name : ProcessName.values()) {
            Path file = Child.pidFile(data, name);
            if (Files.exists(file)) {
                leftover(file, name).ifPresent(process -> end(process, name));
                Files.delete(file);
            }
        }
    }

    private Optional<ProcessHandle> leftover(Path file, ProcessName name) throws IOException {
        String text = Files.readString(file).strip();
        if (!text.matches("\\d{1,10}")) {
            return Optional.empty();
        }
        String[] expected = {name.label(), "--data", data.root().toString()};
        return ProcessHandle.of(Long.parseLong(text)).filter(p -> endsWith(p, expected));
    }

    private static boolean endsWith(ProcessHandle process, String[] expected) {
        String[] arguments = process.info().arguments().orElse(new String[0]);
        if (arguments.length < expected.length) {
            return false;
        }
        List<String> tail = List.of(arguments).subList(arguments.length - expected.length, arguments.length);
        return tail.equals(List.of(expected));
    }

    private static void end(ProcessHandle process, ProcessName name) {
        LOG.info("stopping the {} (pid {}) that an earlier supervisor left behind", name.label(), process.pid());
        process.destroy();
        try {
            process.onExit().get(STOP.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LauncherException("interrupted", e);
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            LOG.warn("it did not end and is killed", e);
            process.destroyForcibly();
        }
    }

    /**
     * Starts everything and waits until all are ready.
     *
     * @throws LauncherException when one cannot start; everything is stopped then
     */
    void start(Duration limit) throws InterruptedException {
        children.forEach(Child::start);
        long end = System.nanoTime() + limit.toNanos();
        while (!allReady()) {
            for (Child child : children) {
                if (child.failures() >= GIVE_UP) {
                    throw new LauncherException("the " + child.name().label() + " cannot start; its last words:\n"
                            + child.lastWords().orElse("(none; see " + data.logs() + ")"));
                }
            }
            if (System.nanoTime() > end) {
                throw new LauncherException(
                        "not ready after " + limit.toSeconds() + " s: " + faults() + " (logs: " + data.logs() + ")");
            }
            LockSupport.parkNanos(Duration.ofMillis(80).toNanos());
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
        try {
            RunState.own(environment, true).write(data);
        } catch (IOException e) {
            throw new UncheckedIOException(data.run() + " cannot be written", e);
        }
        LOG.info("all is ready at {}", site.baseUrl());
        try {
            requests = new Requests(data, this::answer);
        } catch (IOException e) {
            LOG.warn("carrel restart will not work: {}", e.toString());
        }
    }

    /** One line for whoever asked. */
    private String answer(String request) {
        if (!request.equals(Requests.RESTART_ROUTER)) {
            return Requests.FAILED + "unknown request: " + request;
        }
        try {
            long before = Probe.of(ProcessName.ROUTER, site).pid();
            for (Child child : children) {
                if (child.name() == ProcessName.ROUTER) {
                    child.replace(RESTART, () -> {
                        Probe now = Probe.of(ProcessName.ROUTER, site);
                        return now.state() == Probe.State.READY && now.pid() != before;
                    });
                }
            }
            return "a new router has taken the place of the old one (pid "
                    + Probe.of(ProcessName.ROUTER, site).pid() + "), which ends when its connections have";
        } catch (LauncherException | IOException e) {
            LOG.error("the router could not be restarted", e);
            return Requests.FAILED + e.getMessage();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Requests.FAILED + "interrupted";
        }
    }

    private boolean allReady() {
        return children.stream().allMatch(c -> Probe.of(c.name(), site).state() == Probe.State.READY);
    }

    private String faults() {
        StringBuilder text = new StringBuilder();
        for (Child child : children) {
            Probe.of(child.name(), site)
                    .faults()
                    .forEach((check, fault) -> text.append(child.name().label())
                            .append(' ')
                            .append(check)
                            .append(": ")
                            .append(fault)
                            .append("; "));
        }
        return text.toString();
    }

    /** Waits until {@link #close} has been called by a signal. */
    void awaitStop() throws InterruptedException {
        stopped.await();
    }

    /** Stops everything in order. Safe to call twice. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            Requests open = requests;
            if (open != null) {
                open.close();
            }
            for (ProcessName name : List.of(ProcessName.ROUTER, ProcessName.ENGINE, ProcessName.MANAGER)) {
                for (Child child : children) {
                    if (child.name() == name) {
                        child.stop(STOP);
                    }
                }
            }
            RunState.delete(data);
            lockFile.close();
            LOG.info("stopped");
        } catch (IOException e) {
            LOG.warn("clearing up after the stop failed", e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            stopped.countDown();
        }
    }
}
