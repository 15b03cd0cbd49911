/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.dynamodb;

import dev.carrel.plugin.table.DatabaseException;
import dev.carrel.plugin.table.Limits;
import dev.carrel.plugin.table.Outcome;
import dev.carrel.plugin.table.Write;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/** Writes that are done together. For one use. */
final class Transaction {
    /** DynamoDB takes 4 MiB; names of attributes and parts of indexes count as well. */
    private static final long MOST_BYTES = 3_500_000;

    private static final String REFUSED = "ConditionalCheckFailed";
    private static final String NOTHING = "None";
    private static final Set<String> TRANSIENT =
            Set.of("TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded");

    private final Calls calls;
    private final List<Step> steps;
    private final String doing;
    /** Items of rows that were not as they were believed to be, by position. */
    private final Map<Integer, Map<String, AttributeValue>> seen = new HashMap<>();

    private Transaction(Calls calls, List<Step> steps) {
        this.calls = calls;
        this.steps = steps;
        this.doing = "a transaction of " + steps.size() + " writes";
    }

    /** @throws IllegalArgumentException when they are no transaction of this database */
    static Transaction of(DynamoDatabase database, List<Write> writes) {
        if (writes.isEmpty() || writes.size() > Limits.WRITES) {
            throw new IllegalArgumentException(
                    "transaction: " + writes.size() + " writes (expected: 1 to " + Limits.WRITES + ")");
        }
        List<Step> steps = new ArrayList<>();
        Set<List<Object>> rows = new HashSet<>();
        long bytes = 0;
        for (Write write : writes) {
            if (!(write.table() instanceof DynamoTable<?> table) || table.database() != database) {
                throw new IllegalArgumentException(
                        "transaction: table " + write.table().shape().table() + " of another database");
            }
            Step step = Step.of(table, write);
            List<Object> row = new ArrayList<>(Arrays.asList(step.key()));
            row.add(table.name());
            if (!rows.add(row)) {
                throw new IllegalArgumentException("transaction: two writes about row " + Arrays.toString(step.key())
                        + " of table " + table.shape().table());
            }
            bytes += step.bytes();
            steps.add(step);
        }
        if (bytes > MOST_BYTES) {
            throw new DatabaseException(
                    "a transaction of " + steps.size() + " writes in " + database.name() + ": " + bytes
                            + " bytes (expected: at most " + MOST_BYTES
                            + ", as DynamoDB takes no more at once; write fewer rows together)",
                    false);
        }
        return new Transaction(database.calls(), steps);
    }

    Outcome run() {
        long begun = System.nanoTime();
        for (int attempt = 1; ; attempt++) {
            List<View> views =
                    steps.stream().map(step -> step.table().current()).toList();
            Optional<TransactionCanceledException> cancelled = cancelled(views);
            if (cancelled.isEmpty()) {
                return Outcome.DONE;
            }
            List<Integer> refused = refused(cancelled.get(), views);
            if (!refused.isEmpty()) {
                return new Outcome(refused);
            }
            calls.pause(doing, attempt, begun, cancelled.get());
        }
    }

    private Optional<TransactionCanceledException> cancelled(List<View> views) {
        List<TransactWriteItem> items = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            items.add(steps.get(i).change(views.get(i), seen(i)).item());
        }
        // By the token the service knows it again when it is asked twice because an answer was lost.
        String token = UUID.randomUUID().toString();
        return calls.writeOnce(doing, client -> {
            try {
                client.transactWriteItems(
                        request -> request.transactItems(items).clientRequestToken(token));
                return Optional.empty();
            } catch (TransactionCanceledException e) {
                return Optional.of(e);
            }
        });
    }

    private Map<String, AttributeValue> seen(int position) {
        return Objects.requireNonNullElse(seen.get(position), Map.of());
    }

    /** The writes that stood in the way; none when it is worth another attempt. */
    private List<Integer> refused(TransactionCanceledException cancelled, List<View> views) {
        List<Integer> refused = new ArrayList<>();
        boolean again = false;
        List<CancellationReason> reasons = cancelled.cancellationReasons();
        for (int i = 0; i < reasons.size(); i++) {
            @Nullable String code = reasons.get(i).code();
            if (REFUSED.equals(code)) {
                Map<String, AttributeValue> now = reasons.get(i).item();
                if (steps.get(i).change(views.get(i), seen(i)).guarded()
                        && views.get(i).differs(seen(i), now)) {
                    seen.put(i, now);
                    again = true;
                } else {
                    refused.add(i);
                }
            } else if (code != null && TRANSIENT.contains(code)) {
                again = true;
            } else if (code != null && !NOTHING.equals(code)) {
                throw new DatabaseException(
                        doing + ": write " + i + ": " + code + ": "
                                + reasons.get(i).message(),
                        false,
                        cancelled);
            }
        }
        if (reasons.isEmpty()) {
            throw calls.failure(doing, cancelled);
        }
        // Others' writes may be behind a refusal as well: only a quiet moment tells all that stand in the way.
        return again ? List.of() : refused;
    }
}
