/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import dev.carrel.plugin.BucketStore;
import dev.carrel.plugin.Database;
import dev.carrel.plugin.Mailer;
import java.util.function.Function;

/** What a host lends its plugins of each other. */
record Lent(
        Database database,
        Mailer mailer,
        BucketStore bucketStore,
        Function<String, dev.carrel.plugin.Commands> commands) {}
