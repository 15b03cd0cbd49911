/* Copyright the Carrel authors. */
package dev.carrel.engine.deferred;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What is counted of asynchronous calls has names that no function adds to. */
class DeferredMetersTest {
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final DeferredMeters meters = new DeferredMeters(metrics);

    @Test
    void runsAreToldAsTheyAreNow() {
        AtomicInteger running = new AtomicInteger(2);
        meters.watch(running::get);
        assertThat(metrics.get("carrel.function.async.running").gauge().value()).isEqualTo(2);
        running.set(0);
        assertThat(metrics.get("carrel.function.async.running").gauge().value()).isZero();
    }

    @Test
    void repetitionsAndDeliveriesAreCounted() {
        meters.repeated();
        meters.repeated();
        meters.delivered("delivered");
        meters.delivered("failed");
        meters.delivered("failed");
        assertThat(metrics.get("carrel.function.async.repeated").counter().count())
                .isEqualTo(2);
        assertThat(metrics.get("carrel.function.callbacks")
                        .tag("outcome", "failed")
                        .counter()
                        .count())
                .isEqualTo(2);
        assertThat(metrics.getMeters()).allMatch(meter -> meter.getId().getTag("function") == null);
    }
}
