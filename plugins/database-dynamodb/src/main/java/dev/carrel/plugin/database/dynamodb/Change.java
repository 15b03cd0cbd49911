/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.dynamodb;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/**
 * A write in DynamoDB's words.
 *
 * @param update the update expression; null exactly when it is no update
 * @param guarded whether the condition also says what somebody saw, so that the item is wanted when it fails
 */
record Change(
        Kind kind,
        String table,
        Map<String, AttributeValue> key,
        @Nullable String update,
        @Nullable String condition,
        Expression expression,
        boolean guarded) {
    /** The operations. */
    enum Kind {
        UPDATE,
        DELETE,
        CHECK
    }

    private ReturnValuesOnConditionCheckFailure wanted() {
        return guarded ? ReturnValuesOnConditionCheckFailure.ALL_OLD : ReturnValuesOnConditionCheckFailure.NONE;
    }

    /** By itself; fails with ConditionalCheckFailedException. Not of a check. */
    void by(DynamoDbClient client) {
        switch (kind) {
            case UPDATE ->
                client.updateItem(request -> request.tableName(table)
                        .key(key)
                        .updateExpression(update)
                        .conditionExpression(condition)
                        .expressionAttributeNames(expression.names())
                        .expressionAttributeValues(expression.values())
                        .returnValuesOnConditionCheckFailure(wanted()));
            case DELETE ->
                client.deleteItem(request -> request.tableName(table)
                        .key(key)
                        .conditionExpression(condition)
                        .expressionAttributeNames(expression.names())
                        .expressionAttributeValues(expression.values()));
            case CHECK -> throw new IllegalStateException("a check by itself");
        }
    }

    /** As part of a transaction. */
    TransactWriteItem item() {
        return switch (kind) {
            case UPDATE ->
                TransactWriteItem.builder()
                        .update(part -> part.tableName(table)
                                .key(key)
                                .updateExpression(update)
                                .conditionExpression(condition)
                                .expressionAttributeNames(expression.names())
                                .expressionAttributeValues(expression.values())
                                .returnValuesOnConditionCheckFailure(wanted()))
                        .build();
            case DELETE ->
                TransactWriteItem.builder()
                        .delete(part -> part.tableName(table)
                                .key(key)
                                .conditionExpression(condition)
                                .expressionAttributeNames(expression.names())
                                .expressionAttributeValues(expression.values()))
                        .build();
            case CHECK ->
                TransactWriteItem.builder()
                        .conditionCheck(part -> part.tableName(table)
                                .key(key)
                                .conditionExpression(condition)
                                .expressionAttributeNames(expression.names())
                                .expressionAttributeValues(expression.values()))
                        .build();
        };
    }
}
