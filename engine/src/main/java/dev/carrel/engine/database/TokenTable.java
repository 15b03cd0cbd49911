/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.engine.signin.ApiToken;
import dev.carrel.engine.signin.TokenStore;
import dev.carrel.engine.store.StoreException;
import dev.carrel.plugin.table.Comparison;
import dev.carrel.plugin.table.Query;
import dev.carrel.plugin.table.RowKey;
import dev.carrel.plugin.table.Table;
import dev.carrel.plugin.table.Write;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.signed.Revocation;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** API tokens. */
final class TokenTable implements TokenStore {
    private final EngineTables tables;

    @Inject
    TokenTable(EngineTables tables) {
        this.tables = tables;
    }

    private Table<TokenRow> tokens() {
        return tables.of(TokenRow.class);
    }

    @Override
    public void add(ApiToken token, String textHash) {
        tables.writing("adding a token", () -> {
            UserRow user = LoginTable.account(tables, token.user());
            if (tokens().get(textHash).isPresent()) {
                throw new StoreException("a token of this very text is there already");
            }
            return tables.done(List.of(
                            LoginTable.inEra(tables, user),
                            Write.insert(tokens(), TokenRow.of(token, textHash, user.era()))))
                    ? Optional.of(true)
                    : Optional.empty();
        });
    }

    @Override
    public Optional<ApiToken> find(String textHash) {
        return tables.reading(
                "reading a token",
                () -> Optional.of(textHash)
                        .filter(Texts::canBeKey)
                        .flatMap(tokens()::get)
                        .filter(row -> LoginTable.good(tables, row.user(), row.era()))
                        .map(TokenRow::token));
    }

    @Override
    public List<ApiToken> list(UserName user) {
        return tables.reading("listing tokens", () -> {
            Optional<UserRow> account = tables.of(UserRow.class).get(user.value());
            return EngineTables.all(tokens(), Query.ofIndex("of_user", user.value())).stream()
                    .filter(row ->
                            account.filter(a -> a.era().equals(row.era())).isPresent())
                    .map(TokenRow::token)
                    .sorted(Comparator.comparing(ApiToken::created).reversed().thenComparing(ApiToken::id))
                    .toList();
        });
    }

    private Optional<TokenRow> byId(String id) {
        if (!Texts.canBeKey(id)) {
            return Optional.empty();
        }
        return tokens().query(Query.ofIndex("of_id", id)).rows().stream().findFirst();
    }

    @Override
    public void used(String id, Instant at) {
        tables.writing("noting the use of a token", () -> {
            Optional<TokenRow> found = byId(id);
            return found.isEmpty() || tokens().replace(found.get().usedAt(at)).isPresent()
                    ? Optional.of(true)
                    : Optional.empty();
        });
    }

    @Override
    public boolean revoke(UserName user, String id, Revocation revocation) {
        return tables.writing("revoking a token", () -> {
            Optional<TokenRow> found = byId(id).filter(
                            row -> row.user().equals(user.value()) && LoginTable.good(tables, row.user(), row.era()));
            if (found.isEmpty()) {
                return Optional.of(false);
            }
            return tables.done(List.of(
                            Write.delete(tokens(), RowKey.of(found.get().textHash())),
                            RevocationTable.adding(tables, revocation)))
                    ? Optional.of(true)
                    : Optional.empty();
        });
    }

    @Override
    public int prune(Instant now) {
        return tables.reading(
                "deleting old tokens",
                () -> tables.prune(
                        tokens(),
                        row -> Write.delete(tokens(), RowKey.of(row.textHash()), Comparison.le("expires", now)),
                        Query.all().filter(Comparison.le("expires", now))));
    }
}
