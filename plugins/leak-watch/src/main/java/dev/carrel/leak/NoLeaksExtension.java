/* Copyright the Carrel authors. */
package dev.carrel.leak;

import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test class in whose time a buffer was lost. A module has it in force for all its tests by naming it in
 * {@code META-INF/services/org.junit.jupiter.api.extension.Extension} of its test resources, with
 * {@code junit.jupiter.extensions.autodetection.enabled=true} in {@code junit-platform.properties}.
 */
public final class NoLeaksExtension implements BeforeAllCallback, AfterAllCallback {
    /** Called by JUnit. */
    public NoLeaksExtension() {}

    @Override
    public void beforeAll(ExtensionContext context) {
        LeakWatch.begin();
    }

    @Override
    public void afterAll(ExtensionContext context) throws InterruptedException {
        List<String> lost = LeakWatch.take();
        if (!lost.isEmpty()) {
            throw new AssertionError(lost.size() + " buffers were never given back:\n" + String.join("\n", lost));
        }
    }
}
