/* Copyright the Carrel authors. */
/**
 * Tables in Amazon DynamoDB, with the AWS SDK.
 *
 * <p>Each table is a DynamoDB table of its own, a row an item, a component an attribute of its column's name. The key is the item's key. An index is a global
 * secondary index over two attributes that every writer computes: {@code _h_NAME}, the partition, and {@code _s_NAME}, the sort component followed by
 * the row's key, as bytes whose order is the promised one. So rows that are equal in the sort component come in the order of their keys, and a place in
 * an index names one row.
 *
 * <p>DynamoDB knows no columns. What has been opened is written down in one more table, {@code PREFIX.tables}: the columns, with what rows hold that were
 * written before them, and the indexes. Engines read it anew when what they know is older than {@link Catalog#LEASE}; from then on they
 * compute the attributes of indexes that their own version of the record does not know. Whoever adds an index waits for that long before the rows that are
 * there get theirs; afterwards nobody writes rows without.
 *
 * <p>A write is one conditional update, or one transaction of DynamoDB. It is never repeated when its answer was lost, unless DynamoDB can tell a
 * repetition (transactions carry a token): otherwise an insertion that had happened would find its own row and be reported as refused.
 */
@org.jspecify.annotations.NullMarked
package dev.carrel.plugin.database.dynamodb;
