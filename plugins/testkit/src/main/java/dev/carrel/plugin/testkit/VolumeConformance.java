/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.carrel.plugin.PluginException;
import dev.carrel.plugin.Volume;
import dev.carrel.plugin.Volume.Claim;
import dev.carrel.plugin.Volume.Disk;
import dev.carrel.plugin.Volume.Kind;
import dev.carrel.plugin.Volume.Mount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A {@link Volume}: everybody finds their own disk again, and nobody another's. What it says it is able to do is tried, what it says it is not, too. */
@Timeout(300)
public abstract class VolumeConformance {
    private static final long SIZE = 8L << 20;
    private static final int WRITTEN = 1 << 20;

    private final List<VolumeFixture> opened = new ArrayList<>();

    /** For subclasses. */
    protected VolumeConformance() {}

    /** The subject. */
    protected abstract VolumeFixture fixture();

    @BeforeEach
    final void open() {
        opened.add(fixture());
    }

    @AfterEach
    final void close() {
        opened.forEach(VolumeFixture::close);
    }

    private VolumeFixture there() {
        return opened.getFirst();
    }

    private Volume volume() {
        return there().volume();
    }

    private boolean personal() {
        return volume().traits().kind() != Kind.BUNDLE;
    }

    private Claim claim(String owner, String session) {
        return new Claim(
                personal() ? owner : "",
                volume().traits().kind().name().toLowerCase(java.util.Locale.ROOT),
                session,
                SIZE);
    }

    private Disk acquire(String owner, String session) {
        return volume().acquire(claim(owner, session), there().hands());
    }

    private void release(Disk disk) {
        volume().release(disk, false, there().hands());
    }

    private void write(Disk disk, String text) throws IOException {
        Files.writeString(there().content(disk).resolve("file"), text);
    }

    private boolean holds(Disk disk, String text) throws IOException {
        Path file = there().content(disk).resolve("file");
        return Files.exists(file) && Files.readString(file).equals(text);
    }

    @Test
    void aDiskSaysWhoseItIsAndWhetherItCanBeWritten() throws IOException {
        Disk disk = acquire("ada", "s1");

        assertThat(disk.owner()).isEqualTo(personal() ? "ada" : "");
        assertThat(disk.volume()).isEqualTo(claim("ada", "s1").volume());
        assertThat(disk.readOnly()).isEqualTo(volume().traits().readOnly());
        assertThat(there().content(disk)).isDirectory();
        if (!disk.readOnly()) {
            write(disk, "text");
            assertThat(holds(disk, "text")).isTrue();
        }
    }

    @Test
    void theSameClaimIsTheSameDiskHoweverOften() throws IOException {
        Disk first = acquire("ada", "s1");
        if (!first.readOnly()) {
            write(first, "text");
        }
        Disk again = acquire("ada", "s1");

        assertThat(again).isEqualTo(first);
        if (!first.readOnly()) {
            assertThat(holds(again, "text")).isTrue();
        }
        assertThat(volume().ready()).containsExactly(first);
    }

    @Test
    void namesThatLookAlikeHaveDisksOfTheirOwn() throws IOException {
        if (!personal()) {
            assertThat(acquire("ada", "s1").id()).isEqualTo(acquire("bob", "s2").id());
            return;
        }
        List<String> owners = List.of(
                "ada", "Ada", "adam", "a-b", "a_b", "a.b", "a b", "../ada", "..", "/", "a/b", "zoë", "世界", "ada@x.org");
        Set<String> ids = new HashSet<>();
        for (String owner : owners) {
            Disk disk = acquire(owner, "s-" + ids.size());
            assertThat(ids.add(disk.id())).as("%s has a disk of its own", owner).isTrue();
            write(disk, "of " + owner);
        }
        for (int i = 0; i < owners.size(); i++) {
            assertThat(holds(acquire(owners.get(i), "s-" + i), "of " + owners.get(i)))
                    .isTrue();
        }
    }

    @Test
    void volumesOfOnePersonAreDifferentDisks() {
        Disk one = acquire("ada", "s1");
        Claim claim = claim("ada", "s1");
        Disk other = volume().acquire(new Claim(claim.owner(), "further", claim.session(), SIZE), there().hands());

        assertThat(other.id()).isNotEqualTo(one.id());
        assertThat(other.mount()).isNotEqualTo(one.mount());
    }

    @Test
    void whatWasWrittenOutlivesTheSessionWhereItSaysSo() throws IOException {
        Disk first = acquire("ada", "s1");
        if (first.readOnly()) {
            release(first);
            assertThat(acquire("ada", "s2").readOnly()).isTrue();
            return;
        }
        write(first, "text");
        release(first);
        Disk next = acquire("ada", "s2");

        assertThat(holds(next, "text")).isEqualTo(volume().traits().keeps());
        assertThat(next.id().equals(first.id())).isEqualTo(volume().traits().keeps());
    }

    @Test
    void releasingMayBeRepeatedAndEndsBeingReady() {
        Disk ada = acquire("ada", "s1");
        assertThat(volume().ready()).contains(ada);
        release(ada);
        release(ada);
        assertThat(volume().ready()).doesNotContain(ada);
    }

    @Test
    void aMountOfAContainerIsTracedToItsDisk() {
        Disk ada = acquire("ada", "s1");

        assertThat(volume().find(ada.mount())).contains(ada);
        assertThat(volume().find(new Mount.Folder(Path.of("/nobodys/folder")))).isEmpty();
        assertThat(volume().find(new Mount.Docker("nobodys", "local", Map.of())))
                .isEmpty();
    }

    @Test
    void whatIsWrittenIsCounted() throws IOException {
        Disk disk = acquire("ada", "s1");
        Volume.Size before = volume().size(disk);
        assertThat(before.used()).isNotNegative();
        if (!disk.readOnly()) {
            Files.write(there().content(disk).resolve("large"), new byte[WRITTEN]);
            assertThat(volume().size(disk).used()).isGreaterThanOrEqualTo(before.used() + WRITTEN / 2);
        }
        if (volume().traits().hardQuota()) {
            assertThat(before.allocated()).isBetween(SIZE / 2, SIZE * 2);
        }
    }

    @Test
    void aHardQuotaIsHard() throws IOException {
        Disk disk = acquire("ada", "s1");
        if (volume().traits().hardQuota() && !disk.readOnly()) {
            IOException full = catchThrowableOfType(
                    IOException.class,
                    () -> Files.write(there().content(disk).resolve("large"), new byte[(int) SIZE * 2]));
            assertThat(full).as("writing twice the quota").isNotNull();
        } else {
            assertThat(disk.id()).isNotBlank();
        }
    }

    @Test
    void disksThatAreReadyAreCounted() {
        int before = volume().use().disks();
        Disk ada = acquire("ada", "s1");
        acquire("ada", "s1");
        assertThat(volume().use().disks()).isEqualTo(before + 1);
        assertThat(volume().use().disksPercent()).isBetween(0.0, 100.0);
        release(ada);
        assertThat(volume().use().disks()).isEqualTo(before);
    }

    @Test
    void aDiskThatIsNotReadyHasNoSize() {
        Disk ada = acquire("ada", "s1");
        release(ada);
        PluginException failure = catchThrowableOfType(PluginException.class, () -> volume().size(ada));

        assertThat(failure).isNotNull();
        assertThat(failure.code()).isEqualTo(Volume.NOT_FOUND);
        assertThat(failure.getMessage()).contains(ada.id());
    }

    @Test
    void manyComeAtOnce() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Future<Disk>> disks = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                String owner = "user" + i;
                disks.add(threads.submit(() -> acquire(owner, "s-" + owner)));
            }
            Set<String> ids = new HashSet<>();
            for (Future<Disk> disk : disks) {
                ids.add(disk.get().id());
            }
            assertThat(ids).hasSize(personal() ? disks.size() : 1);
        }
    }
}
