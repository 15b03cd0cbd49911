/* Copyright the Carrel authors. */
package dev.carrel.engine.function;

import com.google.inject.Injector;

/** What is published, as an instance sees it that has just read the latest changes. */
public final class FunctionsAfresh {
    private FunctionsAfresh() {}

    /** Those of an engine whose services do not run. */
    public static Functions of(Injector injector) {
        PublishedFunctions published = injector.getInstance(PublishedFunctions.class);
        published.look();
        return published;
    }
}
