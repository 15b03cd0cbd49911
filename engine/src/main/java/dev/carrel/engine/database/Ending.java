/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.plugin.table.Limits;
import dev.carrel.plugin.table.Query;
import dev.carrel.plugin.table.RowKey;
import dev.carrel.plugin.table.Table;
import dev.carrel.plugin.table.Write;
import dev.carrel.protocol.signed.Purpose;
import dev.carrel.protocol.signed.Revocation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The end of all that was opened or signed for an account, as part of the transaction that changes the account. What ends it is the account's new era;
 * the rows of the old one are swept afterwards.
 *
 * <p>The revocation was dated before the transaction had its turn. What came into being meanwhile goes too, so the moment of the user's revocation
 * is moved behind the youngest token. Sign-ins are revoked by their ids, whenever something was issued for them: a ticket of before
 * may become a session's cookie after.
 */
final class Ending {
    private static final Duration LONGEST_OF_LOGIN = Purpose.SESSION.longest().plusDays(1);
    /** Revocations of sign-ins in one transaction with the change; it has a few more writes. */
    private static final int AT_ONCE = Limits.WRITES - 40;

    private final EngineTables tables;
    private final List<Write> writes = new ArrayList<>();
    private final List<Write> swept = new ArrayList<>();

    private Ending(EngineTables tables) {
        this.tables = tables;
    }

    /**
     * Prepares it. A person with very many sign-ins has some of them ended before the change.
     *
     * @param before the account
     * @param era its new one
     * @param keepLogin public id of the sign-in that stays; empty for none
     */
    static Ending of(EngineTables tables, UserRow before, String era, String keepLogin, Revocation revocation) {
        Ending ending = new Ending(tables);
        ending.logins(before, era, keepLogin, revocation);
        ending.tokens(before, revocation);
        return ending;
    }

    private void logins(UserRow user, String era, String keepLogin, Revocation revocation) {
        Table<LoginRow> logins = tables.of(LoginRow.class);
        Instant until = revocation.notBefore().plus(LONGEST_OF_LOGIN);
        List<Write> revoked = new ArrayList<>();
        for (LoginRow login : EngineTables.all(logins, Query.ofIndex("of_user", user.name()))) {
            boolean good = login.era().equals(user.era());
            if (good && login.id().equals(keepLogin)) {
                writes.add(Write.replace(logins, login.in(era)));
            } else {
                swept.add(Write.discard(logins, RowKey.of(login.secretHash())));
                if (good) {
                    revoked.add(Write.put(
                            tables.of(RevocationRow.class),
                            RevocationRow.of(new Revocation(Revocation.Kind.LOGIN, login.id(), until, until))));
                }
            }
        }
        int surplus = Math.max(0, revoked.size() - AT_ONCE);
        tables.inBatches(revoked.subList(0, surplus));
        writes.addAll(revoked.subList(surplus, revoked.size()));
    }

    private void tokens(UserRow user, Revocation revocation) {
        Table<TokenRow> tokens = tables.of(TokenRow.class);
        Instant notBefore = revocation.notBefore();
        for (TokenRow token : EngineTables.all(tokens, Query.ofIndex("of_user", user.name()))) {
            swept.add(Write.discard(tokens, RowKey.of(token.textHash())));
            Instant behind = token.created().plusMillis(1);
            if (token.era().equals(user.era()) && behind.isAfter(notBefore)) {
                notBefore = behind;
            }
        }
        writes.add(RevocationTable.adding(
                tables, new Revocation(revocation.kind(), revocation.id(), notBefore, revocation.until())));
    }

    /** To be part of the transaction. */
    List<Write> writes() {
        return writes;
    }

    /** After the transaction: what nobody can use any more. */
    void sweep() {
        tables.sweep(swept);
    }
}
