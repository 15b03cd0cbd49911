/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.dynamodb;

import dev.carrel.plugin.Database;
import dev.carrel.plugin.table.DatabaseException;
import dev.carrel.plugin.table.Outcome;
import dev.carrel.plugin.table.RowShape;
import dev.carrel.plugin.table.Table;
import dev.carrel.plugin.table.Write;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.AwsProfileRegionProvider;
import software.amazon.awssdk.regions.providers.AwsRegionProviderChain;
import software.amazon.awssdk.regions.providers.SystemSettingsRegionProvider;

/** Tables in DynamoDB. Any thread. */
final class DynamoDatabase implements Database, AutoCloseable {
    private final DynamoSettings settings;
    private final Calls calls;
    private final Catalog catalog;

    private DynamoDatabase(DynamoSettings settings, Region region, Duration lease) {
        this.settings = settings;
        this.calls = new Calls(settings, region);
        this.catalog = new Catalog(calls, settings.tablePrefix(), lease);
    }

    /**
     * Does not wait for the service; without a region in settings or environment it asks the machine, for three seconds at most.
     *
     * @throws IllegalArgumentException when there is no region
     */
    static DynamoDatabase open(DynamoSettings settings) {
        return open(settings, Catalog.LEASE);
    }

    /** With another lease than that of all engines: they must agree on it. */
    static DynamoDatabase open(DynamoSettings settings, Duration lease) {
        return new DynamoDatabase(settings, region(settings), lease);
    }

    private static Region region(DynamoSettings settings) {
        if (!settings.region().isEmpty()) {
            return Region.of(settings.region());
        } else if (!settings.endpoint().isEmpty()) {
            // Only part of the signature there.
            return Region.US_EAST_1;
        }
        try {
            return new AwsRegionProviderChain(
                            new SystemSettingsRegionProvider(), new AwsProfileRegionProvider(), new MachineRegion())
                    .getRegion();
        } catch (SdkClientException e) {
            throw new IllegalArgumentException(
                    "region: \"\", and neither AWS_REGION nor a profile nor the machine says which (expected: one, like eu-central-1)",
                    e);
        }
    }

    Calls calls() {
        return calls;
    }

    Catalog catalog() {
        return catalog;
    }

    @Override
    public String name() {
        return calls.name() + ", tables " + settings.tablePrefix() + "*";
    }

    @Override
    public <R extends Record> Table<R> open(Class<R> type) {
        RowShape<R> shape = RowShape.of(type);
        String name = settings.tablePrefix() + shape.table();
        Layout layout = new Opening(calls, catalog, settings, shape, name).run();
        // When it was read is not known: the first write reads it again.
        return new DynamoTable<>(this, shape, name, layout);
    }

    @Override
    public Outcome transact(List<Write> writes) {
        return Transaction.of(this, List.copyOf(writes)).run();
    }

    @Override
    public Optional<String> health() {
        try {
            catalog.read("-");
            return Optional.empty();
        } catch (DatabaseException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void close() {
        calls.close();
    }
}
