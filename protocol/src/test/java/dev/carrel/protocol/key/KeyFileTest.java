/* Copyright the Carrel authors. */
package dev.carrel.protocol.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyFileTest {
    @TempDir
    Path folder;

    @Test
    void createsTheFileForItsOwnerOnlyAndKeepsIt() throws IOException {
        Path file = folder.resolve("keys/a.key");

        String first = KeyFile.readOrCreate(file, () -> "secret-1");
        String second = KeyFile.readOrCreate(file, () -> "secret-2");

        assertThat(first).isEqualTo("secret-1").isEqualTo(second);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        try (var files = Files.list(file.getParent())) {
            assertThat(files).containsExactly(file);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw-r--r--", "rw--w----", "rw-------x", "rwx------"})
    void refusesAFileThatOthersMayUse(String mode) throws IOException {
        Path file = folder.resolve("a.key");
        KeyFile.readOrCreate(file, () -> "secret");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode.substring(0, 9)));
        if (mode.length() > 9) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw------x"));
        }

        assertThatThrownBy(() -> KeyFile.read(file))
                .isInstanceOf(UncheckedKeyException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("chmod 600");
    }

    @Test
    void refusesALinkAndAMissingFile() throws IOException {
        Path target = folder.resolve("a.key");
        KeyFile.readOrCreate(target, () -> "secret");
        Path link = Files.createSymbolicLink(folder.resolve("b.key"), target);

        assertThatThrownBy(() -> KeyFile.read(link)).hasMessageContaining("not a regular file");
        assertThatThrownBy(() -> KeyFile.read(folder.resolve("c.key"))).hasMessageContaining("carrel setup");
    }

    @Test
    void manyCreatorsAtOnceEndWithOneKey() {
        Path file = folder.resolve("a.key");
        AtomicInteger number = new AtomicInteger();
        Set<String> seen = ConcurrentHashMap.newKeySet();

        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 50; i++) {
                threads.submit(() -> seen.add(KeyFile.readOrCreate(file, () -> "secret-" + number.incrementAndGet())));
            }
        }

        assertThat(seen).hasSize(1);
    }
}
