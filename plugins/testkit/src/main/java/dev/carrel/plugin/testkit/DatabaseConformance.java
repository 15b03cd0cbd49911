/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import dev.carrel.plugin.Database;
import dev.carrel.plugin.table.Page;
import dev.carrel.plugin.table.Query;
import dev.carrel.plugin.table.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** What every suite of a {@link Database} has: a fresh database for each test. */
@Timeout(120)
public abstract class DatabaseConformance {
    private static final int MOST_PAGES = 2000;

    private DatabaseFixture fixture = new NoFixture();
    private Database database = new FakeDatabase();

    /** For suites beside this one. */
    protected DatabaseConformance() {}

    /** The subject: a database without tables. */
    protected abstract DatabaseFixture fixture();

    @BeforeEach
    final void open() {
        fixture = fixture();
        database = fixture.open();
    }

    @AfterEach
    final void close() {
        fixture.close();
    }

    /** The subject. */
    protected final Database database() {
        return database;
    }

    /** The same database, opened once more. */
    protected final Database another() {
        return fixture.open();
    }

    /** Every row that a query finds, page after page. */
    protected static <R extends Record> List<R> readAll(Table<R> table, Query query) {
        List<R> rows = new ArrayList<>();
        Page<R> page = table.query(query);
        for (int pages = 1; ; pages++) {
            rows.addAll(page.rows());
            Optional<String> next = page.next();
            if (next.isEmpty()) {
                return rows;
            }
            if (pages > MOST_PAGES) {
                throw new AssertionError("paging does not end: " + pages + " pages of " + query);
            }
            page = table.query(query.after(next.get()));
        }
    }

    private static final class NoFixture implements DatabaseFixture {
        @Override
        public Database open() {
            throw new IllegalStateException("not begun");
        }

        @Override
        public void close() {}
    }
}
