/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.dynamodb;

import dev.carrel.plugin.table.DatabaseException;
import dev.carrel.plugin.table.Storage;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Kept values as attributes: texts as S, whole numbers as N, others as eight bytes that keep their order, since DynamoDB's numbers end at 1E126 and begin at
 * 1E-130.
 */
final class Values {
    /** A null that is written down, where a missing attribute would mean something else. */
    static final AttributeValue NULL = AttributeValue.fromNul(true);

    private Values() {}

    static AttributeValue of(Object kept) {
        return switch (kept) {
            case String text -> AttributeValue.fromS(text);
            case Long whole -> AttributeValue.fromN(Long.toString(whole));
            case Double real -> bytes(Ordered.real(real));
            default -> throw new IllegalStateException("no kept value: " + kept.getClass());
        };
    }

    static AttributeValue bytes(byte[] bytes) {
        return AttributeValue.fromB(SdkBytes.fromByteArrayUnsafe(bytes));
    }

    /**
     * An attribute as it is kept.
     *
     * @throws DatabaseException when somebody has written something else
     */
    static @Nullable Object kept(String table, String column, Storage storage, AttributeValue value) {
        if (value.type() == AttributeValue.Type.NUL) {
            return null;
        }
        try {
            if (storage == Storage.TEXT && value.type() == AttributeValue.Type.S) {
                return value.s();
            } else if (storage == Storage.WHOLE && value.type() == AttributeValue.Type.N) {
                return Long.valueOf(value.n());
            } else if (storage == Storage.REAL && value.type() == AttributeValue.Type.B) {
                return Ordered.real(value.b().asByteArrayUnsafe());
            }
        } catch (NumberFormatException | java.nio.BufferUnderflowException e) {
            throw new DatabaseException(
                    "table " + table + ", column " + column + ": found " + value.type() + " " + e.getMessage()
                            + ", expected " + form(storage),
                    false,
                    e);
        }
        throw new DatabaseException(
                "table " + table + ", column " + column + ": found an attribute of type " + value.type() + ", expected "
                        + form(storage) + " (something else than Carrel has written it)",
                false);
    }

    private static String form(Storage storage) {
        return switch (storage) {
            case TEXT -> "S";
            case WHOLE -> "N, a whole number of 64 bits";
            case REAL -> "B, eight bytes";
        };
    }
}
