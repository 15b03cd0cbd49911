/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every call is told, those that went well without asking again where; and none gets in once it is closed. */
@Timeout(60)
class BulkheadTest {
    private final List<String> asked = new ArrayList<>();
    private final List<String> told = new ArrayList<>();
    private final ClassLoader loader = new ClassLoader("plugin-x", null) {};
    private final Bulkhead bulkhead = new Bulkhead("x", loader, (plugin, call, outcome) -> {
        String kind = plugin + " " + call + " " + outcome;
        asked.add(kind);
        return nanos -> told.add(kind + (nanos > 0 ? "" : " in no time"));
    });

    @Test
    void callsThatAreAlikeAreLookedUpOnce() throws Exception {
        for (int i = 0; i < 3; i++) {
            assertThat(bulkhead.direct("get", () -> "fine")).isEqualTo("fine");
        }
        assertThat(bulkhead.call("put", Duration.ofSeconds(20), () -> "fine")).isEqualTo("fine");

        assertThat(asked).containsExactly("x get done", "x put done");
        assertThat(told).containsExactly("x get done", "x get done", "x get done", "x put done");
        bulkhead.close(Duration.ofSeconds(20));
    }

    @Test
    void aFailureIsToldAsOneAndReachesTheCallerAsItIs() throws Exception {
        IllegalStateException failure = new IllegalStateException("on purpose");
        Callable<String> failing = () -> {
            Thread.currentThread().setContextClassLoader(null);
            throw failure;
        };
        ClassLoader before = Thread.currentThread().getContextClassLoader();

        assertThatThrownBy(() -> bulkhead.direct("get", failing)).isSameAs(failure);
        assertThatThrownBy(() -> bulkhead.call("get", Duration.ofSeconds(20), failing))
                .isInstanceOf(PluginFailure.class)
                .hasCause(failure);

        assertThat(told).containsExactly("x get threw", "x get threw");
        assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(before);
        bulkhead.close(Duration.ofSeconds(20));
    }

    @Test
    void whatIsClosedLetsNobodyIn() throws Exception {
        assertThat(bulkhead.<ClassLoader>direct(
                        "look", () -> Thread.currentThread().getContextClassLoader()))
                .isSameAs(loader);

        bulkhead.close(Duration.ofSeconds(20));

        assertThatThrownBy(() -> bulkhead.direct("get", () -> "in"))
                .isInstanceOfSatisfying(
                        PluginFailure.class, e -> assertThat(e.kind()).isEqualTo(PluginFailure.Kind.GONE))
                .hasMessage("plugin x: get: it has been stopped");
    }
}
