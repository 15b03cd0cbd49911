/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.dynamodb;

import dev.carrel.plugin.table.DatabaseException;
import dev.carrel.plugin.table.Storage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.CreateGlobalSecondaryIndexAction;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndex;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndexUpdate;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.LimitExceededException;
import software.amazon.awssdk.services.dynamodb.model.Projection;
import software.amazon.awssdk.services.dynamodb.model.ProjectionType;
import software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughput;
import software.amazon.awssdk.services.dynamodb.model.ResourceInUseException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;

/** Tables and indexes as DynamoDB has them. What is asked for takes its time; {@link #find} shows how far it is. Any thread. */
final class Tables {
    private final Calls calls;
    private final @Nullable ProvisionedThroughput capacity;

    Tables(Calls calls, DynamoSettings settings) {
        this.calls = calls;
        this.capacity = settings.onDemand()
                ? null
                : ProvisionedThroughput.builder()
                        .readCapacityUnits((long) settings.readCapacity())
                        .writeCapacityUnits((long) settings.writeCapacity())
                        .build();
    }

    Optional<TableDescription> find(String table) {
        return calls.read("looking at table " + table, client -> {
            try {
                return Optional.of(
                        client.describeTable(ask -> ask.tableName(table)).table());
            } catch (ResourceNotFoundException _) {
                return Optional.empty();
            }
        });
    }

    /** Asks for a table; somebody else may do so as well. */
    void create(String table, Map<String, Storage> keys, List<String> key, Collection<String> indexes) {
        List<AttributeDefinition> attributes = new ArrayList<>();
        keys.forEach((column, storage) -> attributes.add(attribute(column, type(storage))));
        indexes.forEach(index -> attributes.addAll(attributes(index)));
        List<GlobalSecondaryIndex> wanted = indexes.stream()
                .map(index -> GlobalSecondaryIndex.builder()
                        .indexName(Layout.nameOf(index))
                        .keySchema(keySchema(List.of(Layout.partitionOf(index), Layout.sortOf(index))))
                        .projection(everything())
                        .provisionedThroughput(capacity)
                        .build())
                .toList();
        calls.read("making table " + table, client -> {
            try {
                client.createTable(request -> request.tableName(table)
                        .attributeDefinitions(attributes)
                        .keySchema(keySchema(key))
                        .globalSecondaryIndexes(wanted.isEmpty() ? null : wanted)
                        .billingMode(capacity == null ? BillingMode.PAY_PER_REQUEST : BillingMode.PROVISIONED)
                        .provisionedThroughput(capacity));
                return true;
            } catch (ResourceInUseException | LimitExceededException busy) {
                // Somebody else is faster, or DynamoDB is busy with other tables: whoever waits for it asks again.
                return false;
            }
        });
    }

    /** Asks for one more index; somebody else may do so as well. */
    void add(String table, TableDescription found, String index) {
        List<AttributeDefinition> attributes = new ArrayList<>(found.attributeDefinitions());
        attributes.addAll(attributes(index));
        // As the table is paid, which its operator may have changed.
        boolean onDemand = found.billingModeSummary() != null
                && found.billingModeSummary().billingMode() == BillingMode.PAY_PER_REQUEST;
        ProvisionedThroughput throughput = onDemand ? null : capacity == null ? like(found) : capacity;
        GlobalSecondaryIndexUpdate update = GlobalSecondaryIndexUpdate.builder()
                .create(CreateGlobalSecondaryIndexAction.builder()
                        .indexName(Layout.nameOf(index))
                        .keySchema(keySchema(List.of(Layout.partitionOf(index), Layout.sortOf(index))))
                        .projection(everything())
                        .provisionedThroughput(throughput)
                        .build())
                .build();
        calls.read("adding index " + index + " to table " + table, client -> {
            try {
                client.updateTable(request -> request.tableName(table)
                        .attributeDefinitions(attributes)
                        .globalSecondaryIndexUpdates(update));
                return true;
            } catch (ResourceInUseException | LimitExceededException busy) {
                return false;
            }
        });
    }

    private static ProvisionedThroughput like(TableDescription found) {
        return ProvisionedThroughput.builder()
                .readCapacityUnits(found.provisionedThroughput().readCapacityUnits())
                .writeCapacityUnits(found.provisionedThroughput().writeCapacityUnits())
                .build();
    }

    /** @throws DatabaseException not retryable, when a table of that name is not the one that is written down */
    static void checkKey(String table, TableDescription found, Layout layout) {
        Map<String, String> types = found.attributeDefinitions().stream()
                .collect(Collectors.toMap(
                        AttributeDefinition::attributeName, AttributeDefinition::attributeTypeAsString));
        String there = found.keySchema().stream()
                .map(part -> part.attributeName() + " " + types.get(part.attributeName()))
                .collect(Collectors.joining(", "));
        String wanted = layout.key().stream()
                .map(column -> column + " " + type(layout.field(column).storage()))
                .collect(Collectors.joining(", "));
        if (!there.equals(wanted)) {
            throw Layout.refusal(table, "key", there, wanted);
        }
    }

    private static ScalarAttributeType type(Storage storage) {
        return storage == Storage.TEXT ? ScalarAttributeType.S : ScalarAttributeType.N;
    }

    private static List<AttributeDefinition> attributes(String index) {
        return List.of(
                attribute(Layout.partitionOf(index), ScalarAttributeType.B),
                attribute(Layout.sortOf(index), ScalarAttributeType.B));
    }

    private static AttributeDefinition attribute(String name, ScalarAttributeType type) {
        return AttributeDefinition.builder()
                .attributeName(name)
                .attributeType(type)
                .build();
    }

    private static List<KeySchemaElement> keySchema(List<String> key) {
        List<KeySchemaElement> schema = new ArrayList<>();
        for (String part : key) {
            schema.add(KeySchemaElement.builder()
                    .attributeName(part)
                    .keyType(schema.isEmpty() ? KeyType.HASH : KeyType.RANGE)
                    .build());
        }
        return schema;
    }

    private static Projection everything() {
        return Projection.builder().projectionType(ProjectionType.ALL).build();
    }
}
