/* Copyright the Carrel authors. */
package dev.carrel.benchmarks.router;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Starts programs that listen, each with a log of its own in one folder, and stops exactly those. */
final class Programs implements AutoCloseable {
    private final Path folder;
    private final List<Process> running = new ArrayList<>();

    Programs(Path folder) {
        this.folder = folder;
    }

    Path folder() {
        return folder;
    }

    /** Returns once the port is open. */
    Process start(String name, List<String> command, Map<String, String> environment, int port)
            throws IOException, InterruptedException {
        Path log = folder.resolve(name + ".out");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        running.add(process);
        long end = System.nanoTime() + 60_000_000_000L;
        while (!open(port)) {
            if (!process.isAlive() || System.nanoTime() > end) {
                throw new IOException(name + " does not listen on " + port + ": " + Files.readString(log));
            }
            LockSupport.parkNanos(20_000_000);
        }
        return process;
    }

    /** Stops one of them. */
    void stop(Process process) throws InterruptedException {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroy();
        if (!process.waitFor(15, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        children.forEach(ProcessHandle::destroyForcibly);
        running.remove(process);
    }

    /** The first of so many consecutive ports that are free now. */
    static int freePorts(int count) {
        while (true) {
            int first = ThreadLocalRandom.current().nextInt(20_000, 32_000);
            boolean free = true;
            for (int at = first; at < first + count && free; at++) {
                try (ServerSocket probe = new ServerSocket(at, 1, InetAddress.getLoopbackAddress())) {
                    free = probe.isBound();
                } catch (IOException _) {
                    free = false;
                }
            }
            if (free) {
                return first;
            }
        }
    }

    private static boolean open(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    @Override
    public void close() {
        for (Process process : List.copyOf(running)) {
            try {
                stop(process);
            } catch (InterruptedException _) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
    }
}
