/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.carrel.engine.session.Reason;
import dev.carrel.engine.session.Session;
import dev.carrel.engine.session.SessionState;
import dev.carrel.engine.signin.ApiToken;
import dev.carrel.engine.signin.Login;
import dev.carrel.engine.signin.User;
import dev.carrel.engine.store.StoreException;
import dev.carrel.plugin.Database;
import dev.carrel.plugin.table.DatabaseException;
import dev.carrel.plugin.table.Write;
import dev.carrel.protocol.name.ServerName;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.SessionId;
import dev.carrel.protocol.name.UserName;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes over what an engine of before {@link EngineTables} kept in the same file, in a schema of its own, and drops that schema. A copy of the file as
 * it was stays beside it. When it is cut off, the next opening does it again from the beginning.
 */
final class Takeover {
    private static final Logger LOG = LoggerFactory.getLogger(Takeover.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    /** What stood alone in that schema, in the order in which it can be dropped. */
    private static final List<String> TABLES = List.of(
            "logins",
            "api_tokens",
            "invitations",
            "identities",
            "used_flows",
            "revocations",
            "sessions",
            "ended_sessions",
            "homes",
            "leases",
            "audit",
            "users",
            "schema_version");

    private final Connection old;
    private final EngineTables tables;
    private final List<Write> writes = new ArrayList<>();
    private final Map<String, UserRow> users = new LinkedHashMap<>();

    private Takeover(Connection old, Database database) {
        this.old = old;
        this.tables = new EngineTables(database);
    }

    /**
     * Does nothing when there is nothing to take over.
     *
     * @throws StoreException when it fails; everything is as it was then
     */
    static void run(Path file, Database database) {
        try (Connection old = DriverManager.getConnection("jdbc:sqlite:" + file)) {
            if (!has(old, "schema_version")) {
                return;
            }
            try (FileChannel channel = FileChannel.open(
                            file.resolveSibling(file.getFileName() + ".takeover"),
                            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                    var _ = channel.lock()) {
                // Another process may have done it while we waited.
                if (has(old, "schema_version")) {
                    Path copy = copy(old, file);
                    new Takeover(old, database).takeAll();
                    LOG.info(
                            "took over the accounts and sessions of an earlier version; the database as it was: {}",
                            copy);
                }
            }
        } catch (SQLException | IOException | DatabaseException e) {
            throw new StoreException(
                    "database " + file
                            + ": taking over what an earlier version kept failed, and is tried again at the next start: "
                            + e.getMessage(),
                    e);
        }
    }

    private static boolean has(Connection old, String table) throws SQLException {
        try (PreparedStatement ask =
                old.prepareStatement("select 1 from sqlite_master where type = 'table' and name = ?")) {
            ask.setString(1, table);
            try (ResultSet found = ask.executeQuery()) {
                return found.next();
            }
        }
    }

    private static Path copy(Connection old, Path file) throws SQLException, IOException {
        Path copy = file.resolveSibling(file.getFileName() + ".before");
        if (!Files.exists(copy)) {
            Files.createFile(copy, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            try (PreparedStatement vacuum = old.prepareStatement("vacuum into ?")) {
                vacuum.setString(1, copy.toString());
                vacuum.execute();
            }
        }
        return copy;
    }

    private void takeAll() throws SQLException {
        takeUsers();
        takeLogins();
        takeTokens();
        takeInvitations();
        takeIdentities();
        takeRest();
        takeSessions();
        takeAudit();
        tables.inBatches(writes);
        drop();
    }

    private void drop() throws SQLException {
        old.setAutoCommit(false);
        try (Statement statement = old.createStatement()) {
            for (String table : TABLES) {
                statement.execute("drop table if exists " + table);
            }
            old.commit();
        }
    }

    /** What is done with a row. */
    @FunctionalInterface
    private interface Taken {
        void take(ResultSet row) throws SQLException;
    }

    private void each(String table, String order, Taken taken) throws SQLException {
        if (has(old, table)) {
            try (Statement statement = old.createStatement();
                    ResultSet rows = statement.executeQuery("select * from " + table + " order by " + order)) {
                while (rows.next()) {
                    taken.take(rows);
                }
            }
        }
    }

    private void takeUsers() throws SQLException {
        each("users", "name", row -> {
            UserRow user = UserRow.of(new User(
                    new UserName(row.getString("name")),
                    row.getInt("admin") != 0,
                    row.getInt("disabled") != 0,
                    moment(row, "created"),
                    perhaps(row, "last_activity"),
                    row.getString("password_hash")));
            users.put(user.name(), user);
            writes.add(Write.put(tables.of(UserRow.class), user));
        });
    }

    private void takeLogins() throws SQLException {
        each("logins", "id", row -> {
            UserRow user = users.get(row.getString("user"));
            if (user != null) {
                Login login = new Login(
                        row.getString("id"),
                        new UserName(user.name()),
                        moment(row, "created"),
                        moment(row, "last_seen"),
                        moment(row, "expires"),
                        row.getString("user_agent"));
                writes.add(Write.put(
                        tables.of(LoginRow.class), LoginRow.of(login, row.getString("secret_hash"), user.era())));
            }
        });
    }

    private void takeTokens() throws SQLException {
        each("api_tokens", "id", row -> {
            UserRow user = users.get(row.getString("user"));
            if (user != null) {
                ApiToken token = new ApiToken(
                        row.getString("id"),
                        new UserName(user.name()),
                        row.getString("note"),
                        list(row.getString("scopes")),
                        moment(row, "created"),
                        perhaps(row, "expires"),
                        perhaps(row, "last_used"));
                writes.add(Write.put(
                        tables.of(TokenRow.class), TokenRow.of(token, row.getString("text_hash"), user.era())));
            }
        });
    }

    private void takeInvitations() throws SQLException {
        each("invitations", "expires", row -> {
            UserRow user = users.get(row.getString("user"));
            if (user != null) {
                writes.add(Write.put(
                        tables.of(InvitationRow.class),
                        new InvitationRow(
                                user.name(),
                                row.getString("token_hash"),
                                user.uid(),
                                moment(row, "expires"),
                                perhaps(row, "used"),
                                0)));
            }
        });
    }

    private void takeIdentities() throws SQLException {
        each("identities", "method, subject", row -> {
            UserRow user = users.get(row.getString("user"));
            String subject = row.getString("subject");
            if (user != null && Texts.canBeKey(subject)) {
                writes.add(Write.put(
                        tables.of(IdentityRow.class),
                        new IdentityRow(
                                row.getString("method"), subject, user.name(), user.uid(), moment(row, "linked"), 0)));
            }
        });
    }

    private void takeRest() throws SQLException {
        each(
                "used_flows",
                "id",
                row -> writes.add(
                        Write.put(tables.of(FlowRow.class), new FlowRow(row.getString("id"), moment(row, "until")))));
        each(
                "revocations",
                "kind, id",
                row -> writes.add(Write.put(
                        tables.of(RevocationRow.class),
                        new RevocationRow(
                                row.getString("kind"),
                                row.getString("id"),
                                moment(row, "not_before"),
                                moment(row, "until"),
                                0))));
        each(
                "homes",
                "user",
                row -> writes.add(Write.put(
                        tables.of(HomeRow.class), new HomeRow(row.getString("user"), row.getString("volume")))));
    }

    /** Of each address the living session, or else the latest. */
    private void takeSessions() throws SQLException {
        Map<SessionAddress, SessionRow> latest = new LinkedHashMap<>();
        each("sessions", "state not in ('stopped', 'failed'), created, rowid", row -> {
            Session session = new Session(
                    new SessionId(row.getString("id")),
                    new SessionAddress(new UserName(row.getString("user")), new ServerName(row.getString("server"))),
                    SessionState.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
                    row.getString("image"),
                    new Reason(Reason.Code.NONE, row.getString("reason")),
                    list(row.getString("log_tail")),
                    moment(row, "created"),
                    perhaps(row, "ready"),
                    perhaps(row, "ended"),
                    moment(row, "last_activity"),
                    row.getString("container"),
                    row.getString("upstream_token"),
                    "",
                    row.getLong("version"));
            latest.put(session.address(), SessionRow.of(session, 0));
        });
        latest.values().forEach(row -> writes.add(Write.put(tables.of(SessionRow.class), row)));
        each(
                "ended_sessions",
                "ended, id",
                row -> writes.add(Write.put(
                        tables.of(EndedRow.class),
                        new EndedRow(
                                row.getString("id"),
                                EndedRow.ALL,
                                moment(row, "ended"),
                                row.getString("user"),
                                row.getString("server"),
                                row.getString("image"),
                                moment(row, "created"),
                                perhaps(row, "ready"),
                                row.getInt("failed") != 0))));
    }

    private void takeAudit() throws SQLException {
        AuditEndRow[] end = new AuditEndRow[1];
        each("audit", "number", row -> {
            long number = row.getLong("number");
            String hash = row.getString("hash");
            writes.add(Write.put(
                    tables.of(AuditRow.class),
                    new AuditRow(
                            AuditRow.LOG,
                            number,
                            moment(row, "at"),
                            said(row, "actor"),
                            said(row, "action"),
                            said(row, "subject"),
                            said(row, "remote"),
                            said(row, "request"),
                            said(row, "result"),
                            hash)));
            end[0] = new AuditEndRow(AuditRow.LOG, number, hash, 0);
        });
        if (end[0] != null) {
            writes.add(Write.put(tables.of(AuditEndRow.class), end[0]));
        }
    }

    /** What was typed in those days may hold what no table takes. */
    private static String said(ResultSet row, String column) throws SQLException {
        return Texts.kept(row.getString(column), AuditRow.MOST);
    }

    private static Instant moment(ResultSet row, String column) throws SQLException {
        return Instant.ofEpochMilli(row.getLong(column));
    }

    private static @Nullable Instant perhaps(ResultSet row, String column) throws SQLException {
        long millis = row.getLong(column);
        return row.wasNull() ? null : Instant.ofEpochMilli(millis);
    }

    private static List<String> list(String json) {
        try {
            return JSON.readValue(json, new TypeReference<List<String>>() {});
        } catch (JsonProcessingException e) {
            throw new StoreException("a list in the earlier version's tables is not JSON: " + json, e);
        }
    }
}
