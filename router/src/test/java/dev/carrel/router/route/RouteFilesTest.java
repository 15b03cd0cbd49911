/* Copyright the Carrel authors. */
package dev.carrel.router.route;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.carrel.chassis.site.DataFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The two files of the routes are one whole state at whatever byte the machine stopped, and are not believed when they are anything else. */
class RouteFilesTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    private Path snapshot;
    private Path log;

    @BeforeEach
    void files() {
        snapshot = new DataFolder(folder).router().resolve("routes.json");
        log = new DataFolder(folder).router().resolve("routes.log");
    }

    /** A store on the folder, and its table. */
    private record Opened(RouteStore store, RouteTable table) implements AutoCloseable {
        static Opened on(Path folder) throws IOException {
            RouteTable table = new RouteTable();
            RouteStore store = new RouteStore(new DataFolder(folder), Clock.systemUTC(), table);
            store.start();
            return new Opened(store, table);
        }

        void put(String path, int port) throws Exception {
            store.put(path, JSON.readTree("{\"target\":\"http://127.0.0.1:" + port + "\",\"more\":\"é\\n\"}"));
        }

        /** Paths and ports. */
        Map<String, Integer> state() {
            Map<String, Integer> state = new TreeMap<>();
            table.all()
                    .forEach(route ->
                            state.put(route.path(), route.target().orElseThrow().port()));
            return state;
        }

        @Override
        public void close() {
            store.stop();
        }
    }

    private Map<String, Integer> found() throws IOException {
        try (Opened again = Opened.on(folder)) {
            return again.state();
        }
    }

    /** The log after some changes, and the state after each of its lines. */
    private List<Map<String, Integer>> history() throws Exception {
        List<Map<String, Integer>> states = new ArrayList<>();
        try (Opened first = Opened.on(folder)) {
            first.put("/a", 1);
            states.add(first.state());
            first.put("/b", 2);
            states.add(first.state());
            first.put("/a", 3);
            states.add(first.state());
            first.store().remove("/b");
            states.add(first.state());
            first.put("/ü\n", 4);
            states.add(first.state());
            keep();
        }
        restore();
        return states;
    }

    private byte[] keptSnapshot = {};
    private byte[] keptLog = {};

    private void keep() throws IOException {
        keptSnapshot = Files.readAllBytes(snapshot);
        keptLog = Files.readAllBytes(log);
    }

    private void restore() throws IOException {
        Files.write(snapshot, keptSnapshot);
        Files.write(log, keptLog);
    }

    @Test
    void whereverTheLogBreaksOffEveryWholeLineCountsAndNoOther() throws Exception {
        List<Map<String, Integer>> states = history();
        for (int length = 0; length <= keptLog.length; length++) {
            restore();
            byte[] cut = Arrays.copyOf(keptLog, length);
            Files.write(log, cut);
            int lines = 0;
            for (byte b : cut) {
                lines += b == '\n' ? 1 : 0;
            }

            assertThat(found()).as("%s bytes of the log", length).isEqualTo(states.get(Math.max(0, lines - 1)));
            assertThat(aside()).isEmpty();
        }
    }

    @Test
    void aChangeAfterABrokenLineIsKeptToo() throws Exception {
        history();
        Files.write(log, Arrays.copyOf(keptLog, keptLog.length - 5));
        try (Opened again = Opened.on(folder)) {
            again.put("/later", 9);
            keep();
        }
        restore();

        assertThat(found()).isEqualTo(Map.of("/a", 3, "/later", 9));
    }

    @Test
    void aByteThatIsNotAsItWasWrittenIsNoticedAndBothFilesAreSetAside() throws Exception {
        history();
        int lastLine =
                new String(keptLog, java.nio.charset.StandardCharsets.ISO_8859_1).lastIndexOf('\n', keptLog.length - 2);
        for (int at = 0; at < lastLine; at += 7) {
            restore();
            byte[] damaged = keptLog.clone();
            damaged[at] ^= 1;
            Files.write(log, damaged);

            assertThat(found()).as("byte %s", at).isEmpty();
            assertThat(aside()).hasSize(2);
            for (Path file : aside()) {
                Files.delete(file);
            }
        }
    }

    private List<Path> aside() throws IOException {
        try (var files = Files.list(snapshot.getParent())) {
            return files.filter(file -> file.toString().contains(".unreadable-"))
                    .toList();
        }
    }

    @Test
    void aLogThatBelongsToAnotherSnapshotCountsForNothing() throws Exception {
        history();
        // What a router wrote that knows only this file.
        Files.writeString(
                snapshot, "{\n  \"version\" : 1,\n  \"routes\" : { \"/n-1\" : { \"target\" : \"http://h:7\" } }\n}");

        assertThat(found()).isEqualTo(Map.of("/n-1", 7));
    }

    @Test
    void anOrderlyStopLeavesEverythingInTheSnapshot() throws Exception {
        try (Opened first = Opened.on(folder)) {
            first.put("/a", 1);
            first.put("/b", 2);
        }
        Files.delete(log);

        assertThat(found()).isEqualTo(Map.of("/a", 1, "/b", 2));
    }

    @Test
    void theLogIsMergedIntoTheSnapshotBeforeItOutgrowsIt() throws Exception {
        String large = "x".repeat(300_000);
        try (Opened first = Opened.on(folder)) {
            for (int i = 0; i < 20; i++) {
                first.store()
                        .put(
                                "/same",
                                JSON.readTree("{\"target\":\"http://h:" + (i + 1) + "\",\"x\":\"" + large + "\"}"));
            }
            assertThat(Files.size(log)).isLessThan(2_000_000);
            assertThat(Files.size(snapshot)).isBetween(300_000L, 400_000L);
            keep();
        }
        restore();

        assertThat(found()).isEqualTo(Map.of("/same", 20));
    }
}
