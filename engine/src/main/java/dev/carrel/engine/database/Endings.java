/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import static dev.carrel.engine.database.Tables.API_TOKENS;
import static dev.carrel.engine.database.Tables.LOGINS;
import static dev.carrel.engine.database.Tables.number;
import static dev.carrel.engine.database.Tables.text;

import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.signed.Purpose;
import dev.carrel.protocol.signed.Revocation;
import java.time.Duration;
import java.time.Instant;
import org.jooq.Condition;
import org.jooq.DSLContext;

/**
 * Ends all that was opened or signed for an account, within a transaction of a store.
 *
 * <p>The revocation was dated before the transaction had its turn. What came into being meanwhile goes too, so the moment of the user's revocation
 * is moved behind the youngest token. Sign-ins are revoked by their ids, whenever something was issued for them: a ticket of before
 * may become a session's cookie after.
 */
final class Endings {
    private static final Duration LONGEST_OF_LOGIN = Purpose.SESSION.longest().plusDays(1);

    private Endings() {}

    /** @param keepLogin public id of the sign-in that stays; empty for none */
    static void endAll(DSLContext sql, UserName user, String keepLogin, Revocation revocation) {
        Condition ofUser = text("user").eq(user.value());
        Condition ending = ofUser.and(text("id").ne(keepLogin));
        Instant until = revocation.notBefore().plus(LONGEST_OF_LOGIN);
        for (String id : sql.select(text("id")).from(LOGINS).where(ending).fetch(r -> r.value1())) {
            SqlRevocationStore.add(sql, new Revocation(Revocation.Kind.LOGIN, id, until, until));
        }
        sql.deleteFrom(LOGINS).where(ending).execute();
        Instant youngest = sql.select(number("created"))
                .from(API_TOKENS)
                .where(ofUser)
                .orderBy(number("created").desc())
                .limit(1)
                .fetchOptional(r -> Instant.ofEpochMilli(r.value1()).plusMillis(1))
                .orElse(revocation.notBefore());
        sql.deleteFrom(API_TOKENS).where(ofUser).execute();
        Instant notBefore = youngest.isAfter(revocation.notBefore()) ? youngest : revocation.notBefore();
        SqlRevocationStore.add(sql, new Revocation(revocation.kind(), revocation.id(), notBefore, revocation.until()));
    }
}
