/* Copyright the Carrel authors. */
package dev.carrel.http.leak;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/** Fails a test class in whose time a lost buffer was reported. Registered for the whole module. */
public final class NoLeaksExtension implements BeforeAllCallback, AfterAllCallback {
    /** Marks the one buffer that a test of the watch itself loses. */
    static final String DELIBERATE = "lost on purpose";

    private static final Namespace NAMESPACE = Namespace.create(NoLeaksExtension.class);

    @Override
    public void beforeAll(ExtensionContext context) {
        context.getStore(NAMESPACE).put("watch", LeakWatch.begin());
    }

    @Override
    public void afterAll(ExtensionContext context) {
        LeakWatch watch = context.getStore(NAMESPACE).remove("watch", LeakWatch.class);
        if (watch != null) {
            try {
                assertThat(watch.reports())
                        .as("buffers never given back")
                        .allMatch(report -> report.contains(DELIBERATE));
            } finally {
                watch.end();
            }
        }
    }
}
