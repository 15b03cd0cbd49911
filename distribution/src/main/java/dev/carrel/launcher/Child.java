/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import dev.carrel.chassis.site.DataFolder;
import dev.carrel.chassis.site.ProcessName;
import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one process alive: restarts it when it ends, at once the first time and then after a pause that doubles from 200 ms to 10 s and is
 * forgotten when it has lived for a minute. One virtual thread each.
 */
final class Child {
    private static final Logger LOG = LoggerFactory.getLogger(Child.class);
    private static final long FIRST_PAUSE = 200;
    private static final long LONGEST_PAUSE = 10_000;
    private static final Duration SETTLED = Duration.ofMinutes(1);

    private final ProcessName name;
    private final DataFolder data;
    private final Map<String, String> environment;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    /** Those whose place has been taken and which finish what they had begun. */
    private final Set<Process> leaving = ConcurrentHashMap.newKeySet();

    private volatile CompletableFuture<Process> successor = new CompletableFuture<>();
    private volatile @Nullable Process process;
    private volatile int failures;

    Child(ProcessName name, DataFolder data, Map<String, String> environment) {
        this.name = name;
        this.data = data;
        this.environment = environment;
    }

    ProcessName name() {
        return name;
    }

    /** How often in a row it ended soon after its start. */
    int failures() {
        return failures;
    }

    void start() {
        Thread.ofPlatform().name("supervise-" + name.label()).start(this::keepAlive);
    }

    private void keepAlive() {
        long pause = 0;
        try {
            while (!stopping.await(pause, TimeUnit.MILLISECONDS)) {
                long begin = System.nanoTime();
                int status = runOnce();
                boolean settled = System.nanoTime() - begin > SETTLED.toNanos();
                failures = settled ? 1 : failures + 1;
                pause = settled || failures == 1
                        ? 0
                        : Math.min(LONGEST_PAUSE, FIRST_PAUSE << Math.min(failures - 2, 10));
                if (stopping.getCount() > 0) {
                    LOG.warn("{} ended with status {}; it is started again in {} ms", name.label(), status, pause);
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            ended.countDown();
        }
    }

    private int runOnce() throws InterruptedException {
        try {
            return await(spawn());
        } catch (IOException e) {
            LOG.error("{} cannot be started", name.label(), e);
            return -1;
        }
    }

    private Process spawn() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(JavaCommand.process(name, data, environment));
        builder.environment().putAll(environment);
        builder.environment().put("CARREL_LOG_CONSOLE", "false");
        builder.redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(output()));
        builder.redirectInput(new File("/dev/null"));
        Process started = builder.start();
        process = started;
        Files.writeString(pidFile(data, name), started.pid() + "\n");
        if (stopping.getCount() == 0) {
            started.destroy();
        }
        LOG.info("{} started with pid {}", name.label(), started.pid());
        return started;
    }

    /** Waits for the end of a process, or of whichever has taken its place by then. */
    private int await(Process first) throws InterruptedException {
        Process watched = first;
        while (true) {
            CompletableFuture<Process> next = successor;
            try {
                CompletableFuture.anyOf(watched.onExit(), next).get();
            } catch (ExecutionException e) {
                throw new IllegalStateException("neither of the two can fail", e);
            }
            if (!next.isDone()) {
                return watched.exitValue();
            }
            watched = next.join();
        }
    }

    /**
     * Starts a second process, which takes the place of the one that runs by itself, and waits until it is ready. The first ends by itself when it has
     * finished what it had begun; from now on the second is the one that is kept alive.
     *
     * @param ready whether the second one is ready
     * @throws LauncherException when it is not within the given time; it has been killed then
     */
    void replace(Duration limit, BooleanSupplier ready) throws IOException, InterruptedException {
        Process before = process;
        if (before == null || !before.isAlive()) {
            throw new LauncherException("the " + name.label() + " does not run at present; it is being started again");
        }
        leaving.add(before);
        before.onExit().thenAccept(ended -> {
            leaving.remove(ended);
            LOG.info("{} with pid {} has finished what it had begun", name.label(), ended.pid());
        });
        Process second = spawn();
        CompletableFuture<Process> known = successor;
        successor = new CompletableFuture<>();
        known.complete(second);
        long end = System.nanoTime() + limit.toNanos();
        while (!ready.getAsBoolean()) {
            if (!second.isAlive() || System.nanoTime() > end) {
                second.destroyForcibly();
                throw new LauncherException("the new " + name.label()
                        + " did not become ready; the old one serves on and another is tried. " + "Its last words: "
                        + lastWords().orElse("(none; see " + data.logs() + ")"));
            }
            if (second.waitFor(50, TimeUnit.MILLISECONDS)) {
                LOG.debug("{} with pid {} has ended", name.label(), second.pid());
            }
        }
    }

    static Path pidFile(DataFolder data, ProcessName name) {
        return data.run().resolve(name.label() + ".pid");
    }

    private File output() {
        return data.logs().resolve(name.label() + ".out").toFile();
    }

    /** Asks it to end and waits; kills it when the time is over. */
    void stop(Duration limit) throws InterruptedException, IOException {
        stopping.countDown();
        leaving.forEach(Process::destroy);
        Process running = process;
        if (running != null) {
            running.destroy();
            if (!running.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("{} did not end within {} s and is killed", name.label(), limit.toSeconds());
                running.descendants().forEach(ProcessHandle::destroyForcibly);
                running.destroyForcibly();
            }
        }
        for (Process old : leaving) {
            if (!old.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn(
                        "{} with pid {} did not end within {} s and is killed",
                        name.label(),
                        old.pid(),
                        limit.toSeconds());
                old.destroyForcibly();
            }
        }
        if (!ended.await(5, TimeUnit.SECONDS)) {
            LOG.warn("the supervision of {} did not end", name.label());
        }
        Files.deleteIfExists(pidFile(data, name));
    }

    /** What it last said on its way out: the end of its output file. */
    Optional<String> lastWords() {
        try (RandomAccessFile file = new RandomAccessFile(output(), "r")) {
            long from = Math.max(0, file.length() - 4000);
            byte[] bytes = new byte[(int) (file.length() - from)];
            file.seek(from);
            file.readFully(bytes);
            String text = new String(bytes, StandardCharsets.UTF_8).strip();
            return text.isEmpty() ? Optional.empty() : Optional.of(text);
        } catch (IOException e) {
            LOG.debug("no output of {}", name.label(), e);
            return Optional.empty();
        }
    }
}
