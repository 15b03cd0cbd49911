/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.carrel.plugin.Compute;
import dev.carrel.plugin.Compute.Instance;
import dev.carrel.plugin.Compute.Measure;
import dev.carrel.plugin.Compute.Node;
import dev.carrel.plugin.Compute.Scaling;
import dev.carrel.plugin.Compute.Situation;
import dev.carrel.plugin.Compute.Unit;
import dev.carrel.plugin.PluginException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A {@link Compute}: machines know themselves and each other, and what they publish. What only a group can do is tried where there is a second machine. */
@Timeout(180)
public abstract class ComputeConformance {
    private final List<ComputeFixture> opened = new ArrayList<>();

    /** For subclasses. */
    protected ComputeConformance() {}

    /** The subject. */
    protected abstract ComputeFixture fixture();

    @BeforeEach
    final void open() {
        opened.add(fixture());
    }

    @AfterEach
    final void close() {
        opened.forEach(ComputeFixture::close);
    }

    private Compute first() {
        return opened.getFirst().first();
    }

    private Optional<Compute> second() {
        return opened.getFirst().second();
    }

    private static String id(Compute compute) {
        return compute.self().id();
    }

    private static List<String> ids(Compute compute) {
        return compute.instances().stream().map(Instance::id).toList();
    }

    private static Measure measure(String name, double value) {
        return new Measure(name, Unit.PERCENT, value);
    }

    private static void failing(String code, Runnable call) {
        PluginException failure = catchThrowableOfType(PluginException.class, call::run);
        assertThat(failure).isNotNull();
        assertThat(failure.code()).isEqualTo(code);
        assertThat(failure.retryable()).isFalse();
        assertThat(failure.getMessage()).isNotBlank();
    }

    @Test
    void aMachineKnowsItselfAndIsOneOfItsGroup() {
        Instance self = first().self();
        assertThat(self.id()).isNotBlank();
        assertThat(self.localAddress()).isNotBlank();
        assertThat(self.localHost()).isNotBlank();
        assertThat(first().self()).isEqualTo(self);
        assertThat(ids(first())).contains(self.id()).isSorted().doesNotHaveDuplicates();
        assertThat(first().name()).isNotBlank();
    }

    @Test
    void allMachinesOfAnInstallationHaveItsId() {
        assertThat(first().installId()).matches("[a-z0-9-]{1,50}").isEqualTo(first().installId());
        second().ifPresent(other -> {
            assertThat(other.installId()).isEqualTo(first().installId());
            assertThat(id(other)).isNotEqualTo(id(first()));
            assertThat(ids(first())).contains(id(other)).isSorted();
            assertThat(ids(other)).isEqualTo(ids(first()));
        });
    }

    @Test
    void theLatestOfWhatIsPublishedCounts() {
        first().publish(List.of(measure("Load", 10), measure("Disk", 20)));
        first().publish(List.of(measure("Load", 30)));

        assertThat(first().latest("Load")).isEqualTo(Map.of(id(first()), 30.0));
        assertThat(first().latest("Disk")).isEqualTo(Map.of(id(first()), 20.0));
        assertThat(first().latest("Nothing")).isEmpty();
        assertThat(first().average("Nothing")).isEmpty();
    }

    @Test
    void everyMachineSeesWhatTheOthersPublish() {
        second().ifPresent(other -> {
            first().publish(List.of(measure("Load", 10)));
            other.publish(List.of(measure("Load", 20)));
            assertThat(first().latest("Load")).isEqualTo(Map.of(id(first()), 10.0, id(other), 20.0));
            assertThat(other.latest("Load")).isEqualTo(first().latest("Load"));
            assertThat(first().average("Load")).hasValue(15);
        });
    }

    @Test
    void whatIsOldCountsNoMore() {
        first().publish(List.of(measure("Load", 10)));
        opened.getFirst().pass(Compute.FRESH.minusMinutes(2));
        assertThat(first().latest("Load")).isNotEmpty();
        opened.getFirst().pass(Duration.ofMinutes(4));
        assertThat(first().latest("Load")).isEmpty();
    }

    @Test
    void measuresThatAreNoneAreRefused() {
        assertThatThrownBy(() -> first().publish(List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> first().publish(List.of(measure("Load", 1), measure("Load", 2))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(first().latest("Load")).isEmpty();
    }

    @Test
    void imagesAreComparedWithinTheGroup() {
        if (second().isPresent()) {
            assertThat(first().recentness(id(first()))).isEqualTo(-1);
            assertThat(first().recentness(id(second().get()))).isEqualTo(1);
        } else {
            assertThat(first().recentness(id(first()))).isZero();
        }
        failing(Compute.UNKNOWN, () -> first().recentness("i-nobody"));
    }

    @Test
    void aMachineIsEndedOnceAndForGood() {
        second().ifPresent(other -> {
            String gone = id(other);
            other.publish(List.of(measure("Load", 20)));
            first().publish(List.of(measure("Load", 10)));
            first().terminate(gone);
            first().terminate(gone);
            assertThat(ids(first())).contains(id(first())).doesNotContain(gone);
            assertThat(first().latest("Load")).containsOnlyKeys(id(first()));
        });
    }

    @Test
    void aGroupGrowsWithinItsBoundsAndOnceForEachWish() {
        if (first() instanceof Scaling scaling) {
            int before = scaling.bounds().wanted();
            String wish = UUID.randomUUID().toString();
            scaling.grow(wish, 1);
            scaling.grow(wish, 1);
            assertThat(scaling.bounds().wanted()).isEqualTo(before + 1);
            failing(
                    Compute.LIMIT,
                    () -> scaling.grow(
                            UUID.randomUUID().toString(), scaling.bounds().most()));
            assertThat(scaling.bounds().wanted()).isEqualTo(before + 1);
            assertThat(scaling.bounds().least()).isLessThanOrEqualTo(before);
        } else {
            assertThat(ids(first())).as("a fixed group is what it is").isEqualTo(ids(first()));
            assertThat(ids(first())).isNotEmpty();
        }
    }

    @Test
    void aMachineIsProtectedUntilItIsNoMore() {
        if (first() instanceof Scaling scaling) {
            for (boolean on : List.of(true, true, false)) {
                scaling.protect(id(first()), on);
                assertThat(first().self().protectedFromScaleIn()).isEqualTo(on);
            }
            failing(Compute.UNKNOWN, () -> scaling.protect("i-nobody", true));
        } else {
            assertThat(first().self().protectedFromScaleIn()).isFalse();
        }
    }

    @Test
    void decisionsFollowTheLoad() {
        Situation alone = new Situation("a", List.of(new Node("a", 20, 1, 0, Duration.ofHours(2), true)));
        assertThat(first().accepts(alone)).isTrue();
        assertThat(first().redirect(alone)).contains("a");
        assertThat(first().mayTerminate(alone))
                .as("the last machine, with a session on it, is kept")
                .isFalse();

        Situation full = new Situation(
                "a",
                List.of(
                        new Node("a", 100, 9, 0, Duration.ofHours(2), true),
                        new Node("b", 10, 1, 0, Duration.ofHours(2), false)));
        assertThat(first().accepts(full)).isFalse();
        assertThat(first().redirect(full)).contains("b");
    }
}
