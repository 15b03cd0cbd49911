package dev.carrel.engine.database;

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
    static final Table<Record> AUDIT = DSL.table(DSL.name("audit"));

    private Tables() {}

    static Field<String> text(String name) {
        return DSL.field(DSL.name(name), SQLDataType.CLOB);
    }

    static Field<Long> number(String name) {
        return DSL.field(DSL.name(name), SQLDataType.BIGINT);
    }
}
