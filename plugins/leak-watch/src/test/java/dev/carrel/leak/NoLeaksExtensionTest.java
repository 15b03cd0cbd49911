/* Copyright the Carrel authors. */
package dev.carrel.leak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;
import org.junit.platform.testkit.engine.EventType;

/** The watch that guards all other tests fails those that lose a buffer, and no others. */
class NoLeaksExtensionTest {
    private static void use(String hint, boolean giveBack) {
        ByteBuf buffer = PooledByteBufAllocator.DEFAULT.directBuffer(64).touch(hint);
        if (giveBack) {
            buffer.release();
        }
    }

    /** Not a test of this suite: run by the tests below. */
    static final class Losing {
        @Test
        void loses() {
            use("lost on purpose", false);
        }
    }

    /** Its test has one inside. */
    static final class LosingWithin {
        @Nested
        final class Inner {
            @Test
            void loses() {
                use("lost within", false);
            }
        }
    }

    /** Gives everything back. */
    static final class Tidy {
        @Test
        void givesBack() {
            use("given back", true);
        }
    }

    /** As surefire runs a module: the extension is found by JUnit itself. */
    private static EngineExecutionResults run(Class<?> test) {
        return EngineTestKit.engine("junit-jupiter")
                .configurationParameter("junit.jupiter.extensions.autodetection.enabled", "true")
                .selectors(selectClass(test))
                .execute();
    }

    private static String failure(EngineExecutionResults results) {
        return results.containerEvents()
                .filter(event -> event.getType() == EventType.FINISHED)
                .map(Event::getPayload)
                .flatMap(payload -> payload.stream())
                .map(TestExecutionResult.class::cast)
                .flatMap(result -> result.getThrowable().stream())
                .map(Throwable::getMessage)
                .reduce("", String::concat);
    }

    @Test
    void aTestThatLosesABufferFailsItsClassAndTheReportNamesTheBuffer() {
        EngineExecutionResults results = run(Losing.class);

        results.testEvents().assertStatistics(tests -> tests.succeeded(1).failed(0));
        results.containerEvents().assertStatistics(classes -> classes.failed(1));
        assertThat(failure(results))
                .startsWith("1 buffers were never given back")
                .contains("lost on purpose");
    }

    @Test
    void soDoesOneInANestedClass() {
        assertThat(failure(run(LosingWithin.class))).contains("lost within");
    }

    @Test
    void aTestThatGivesEverythingBackPasses() {
        EngineExecutionResults results = run(Tidy.class);

        results.containerEvents().assertStatistics(classes -> classes.failed(0));
        assertThat(failure(results)).isEmpty();
    }

    @Test
    void aLossIsToldOnce() throws Exception {
        use("lost once", false);

        assertThat(LeakWatch.take()).singleElement().asString().contains("lost once");
        assertThat(LeakWatch.take()).isEmpty();
    }
}
