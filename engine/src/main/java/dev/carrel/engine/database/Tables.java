/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import java.util.List;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/** Tables and columns by name; moments are milliseconds since 1970, lists are JSON. */
final class Tables {
    static final Table<Record> USERS = DSL.table(DSL.name("users"));
    static final Table<Record> LOGINS = DSL.table(DSL.name("logins"));
    static final Table<Record> API_TOKENS = DSL.table(DSL.name("api_tokens"));
    static final Table<Record> INVITATIONS = DSL.table(DSL.name("invitations"));
    static final Table<Record> REVOCATIONS = DSL.table(DSL.name("revocations"));
    static final Table<Record> SESSIONS = DSL.table(DSL.name("sessions"));
    static final Table<Record> IDENTITIES = DSL.table(DSL.name("identities"));
    static final Table<Record> USED_FLOWS = DSL.table(DSL.name("used_flows"));
    static final Table<Record> AUDIT = DSL.table(DSL.name("audit"));

    // What is read is named with its type: of a plain * the driver makes 32-bit numbers, too small for any moment since
    // 1970.
    static final List<Field<?>> USER = List.of(
            text("name"),
            number("admin"),
            number("disabled"),
            number("created"),
            number("last_activity"),
            text("password_hash"));
    static final List<Field<?>> LOGIN = List.of(
            text("id"), text("user"), number("created"), number("last_seen"), number("expires"), text("user_agent"));
    static final List<Field<?>> API_TOKEN = List.of(
            text("id"),
            text("user"),
            text("note"),
            text("scopes"),
            number("created"),
            number("expires"),
            number("last_used"));
    static final List<Field<?>> REVOCATION = List.of(text("kind"), text("id"), number("not_before"), number("until"));
    static final List<Field<?>> IDENTITY = List.of(text("method"), text("subject"), text("user"), number("linked"));
    static final List<Field<?>> AUDIT_EVENT = List.of(
            number("number"),
            number("at"),
            text("actor"),
            text("action"),
            text("subject"),
            text("remote"),
            text("request"),
            text("result"),
            text("hash"));
    static final List<Field<?>> SESSION = List.of(
            text("id"),
            text("user"),
            text("server"),
            text("state"),
            text("image"),
            text("reason"),
            text("log_tail"),
            number("created"),
            number("ready"),
            number("ended"),
            number("last_activity"),
            text("container"),
            text("upstream_token"),
            number("version"));

    static final List<Field<?>> ENDED_SESSION = List.of(
            text("id"),
            text("user"),
            text("server"),
            text("image"),
            number("created"),
            number("ready"),
            number("ended"),
            number("failed"));

    private Tables() {}

    static Field<String> text(String name) {
        return DSL.field(DSL.name(name), SQLDataType.CLOB);
    }

    static Field<Long> number(String name) {
        return DSL.field(DSL.name(name), SQLDataType.BIGINT);
    }
}
