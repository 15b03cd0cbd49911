/* Copyright the Carrel authors. */
package dev.carrel.benchmarks.router;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * One door that is measured.
 *
 * @param name as printed
 * @param port on 127.0.0.1
 * @param host the Host header it wants, without port
 * @param headers more header lines of each request, each {@code name: value}
 * @param process what runs; its children count as it
 */
record Peer(String name, int port, String host, List<String> headers, Process process) {
    Peer(String name, int port, Process process) {
        this(name, port, "localhost", List.of(), process);
    }

    String authority() {
        return host + ":" + port;
    }

    /** Resident memory of all its processes, in KiB. */
    long residentKib() throws IOException {
        long sum = 0;
        for (ProcessHandle each : processes()) {
            for (String line : Files.readAllLines(Path.of("/proc/" + each.pid() + "/status"))) {
                sum += line.startsWith("VmRSS:") ? Long.parseLong(line.replaceAll("\\D", "")) : 0;
            }
        }
        return sum;
    }

    /** Descriptors that all its processes have open. */
    long descriptors() throws IOException {
        long sum = 0;
        for (ProcessHandle each : processes()) {
            try (Stream<Path> open = Files.list(Path.of("/proc/" + each.pid() + "/fd"))) {
                sum += open.count();
            }
        }
        return sum;
    }

    /** Processor time of all its processes, in seconds. */
    double processorSeconds() throws IOException {
        double sum = 0;
        for (ProcessHandle each : processes()) {
            String stat = Files.readString(Path.of("/proc/" + each.pid() + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            sum += (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / 100.0;
        }
        return sum;
    }

    private List<ProcessHandle> processes() {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .filter(ProcessHandle::isAlive)
                .toList();
    }
}
