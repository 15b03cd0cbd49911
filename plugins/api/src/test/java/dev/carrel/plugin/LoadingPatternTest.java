/* Copyright the Carrel authors. */
package dev.carrel.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.plugin.Compute.Node;
import dev.carrel.plugin.Compute.Situation;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Sessions fill few machines, and machines that are not needed may go. */
class LoadingPatternTest {
    private static final Duration OLD = Duration.ofHours(2);

    private static Node node(String id, double load) {
        return new Node(id, load, load > 0 ? 1 : 0, 0, OLD, false);
    }

    private static Node node(String id, double load, int recentness) {
        return new Node(id, load, load > 0 ? 1 : 0, recentness, OLD, false);
    }

    private static Situation at(String self, Node... nodes) {
        return new Situation(self, List.of(nodes));
    }

    @Test
    void aMachineTakesSessionsWhileItHasRoomAndItsImageIsNotOld() {
        assertThat(LoadingPattern.accepts(at("a", node("a", 99.9)))).isTrue();
        assertThat(LoadingPattern.accepts(at("a", node("a", 100)))).isFalse();
        assertThat(LoadingPattern.accepts(at("a", node("a", 0, -1), node("b", 50, 1))))
                .isFalse();
        assertThat(LoadingPattern.accepts(at("b", node("a", 0, -1), node("b", 50, 1))))
                .isTrue();
    }

    @Test
    void theFullestMachineWithRoomGetsTheNextSession() {
        assertThat(LoadingPattern.redirect(at("a", node("a", 10), node("b", 80), node("c", 100))))
                .contains("b");
        assertThat(LoadingPattern.redirect(at("b", node("a", 10), node("b", 10))))
                .contains("a");
        assertThat(LoadingPattern.redirect(at("a", node("a", 100), node("b", 130))))
                .isEmpty();
    }

    @Test
    void oldImagesAreUsedOnlyWhenNoOtherHasRoom() {
        assertThat(LoadingPattern.redirect(at("a", node("a", 90, -1), node("b", 5, 1))))
                .contains("b");
        assertThat(LoadingPattern.redirect(at("a", node("a", 90, -1), node("c", 20, -1), node("b", 100, 1))))
                .contains("c");
    }

    @Test
    void theGroupNeedsMoreWhenThoseWithTheNewestImageAreFull() {
        assertThat(LoadingPattern.needsMore(at("a", node("a", 60), node("b", 80))))
                .isTrue();
        assertThat(LoadingPattern.needsMore(at("a", node("a", 60), node("b", 79))))
                .isFalse();
        assertThat(LoadingPattern.needsMore(at("a", node("a", 0, -1), node("b", 90, 1))))
                .isTrue();
    }

    @Test
    void aMachineThatIsEmptyAndNotNeededMayGo() {
        assertThat(LoadingPattern.mayTerminate(at("a", node("a", 0), node("b", 49))))
                .isTrue();
        assertThat(LoadingPattern.mayTerminate(at("a", node("a", 0), node("b", 50))))
                .isFalse();
        assertThat(LoadingPattern.mayTerminate(at("a", node("a", 0)))).isFalse();
        assertThat(LoadingPattern.mayTerminate(at("a", node("a", 1), node("b", 0))))
                .isFalse();
        assertThat(LoadingPattern.mayTerminate(at("a", new Node("a", 0, 0, 0, OLD, true), node("b", 0))))
                .isFalse();
        assertThat(LoadingPattern.mayTerminate(
                        at("a", new Node("a", 0, 0, 0, Duration.ofMinutes(49), false), node("b", 0))))
                .isFalse();
    }

    @Test
    void anOldImageMayGoAtOnceAndANewOneStays() {
        assertThat(LoadingPattern.mayTerminate(
                        at("a", new Node("a", 0, 0, -1, Duration.ZERO, false), node("b", 99, 1))))
                .isTrue();
        assertThat(LoadingPattern.mayTerminate(at("b", node("a", 0, -1), node("b", 0, 1))))
                .isFalse();
    }

    @Test
    void aSituationHasWhoAsksAndNobodyTwice() {
        assertThatThrownBy(() -> at("c", node("a", 1))).hasMessageContaining("self: \"c\" (expected: one of [a])");
        assertThatThrownBy(() -> at("a", node("a", 1), node("a", 2))).hasMessageContaining("a twice");
    }
}
