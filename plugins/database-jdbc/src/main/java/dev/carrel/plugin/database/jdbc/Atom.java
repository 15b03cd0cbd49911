/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.jdbc;

import dev.carrel.plugin.table.Column;
import dev.carrel.plugin.table.Plan;
import dev.carrel.plugin.table.Term;
import dev.carrel.plugin.table.TextOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A comparison that SQL has.
 *
 * @param value null exactly when the test takes none
 */
record Atom(Column column, Test test, @Nullable Object value) {
    /** How to compare. */
    enum Test {
        EQ,
        /** True of null too. */
        NE,
        LT,
        LE,
        GT,
        GE,
        NULL,
        NOT_NULL
    }

    /** Terms as comparisons that SQL has, in an order that the statement's text follows. */
    static List<Atom> of(List<Term> terms) {
        if (terms.isEmpty()) {
            return List.of();
        }
        List<Atom> atoms = new ArrayList<>(terms.size() + 1);
        for (Term term : terms) {
            add(term, atoms);
        }
        return atoms;
    }

    /** What rows must be to be found by a query, but for its position. */
    static List<Atom> of(Plan plan) {
        List<Atom> atoms = new ArrayList<>();
        if (plan.partition() != null) {
            atoms.add(eq(plan.index().partition(), plan.partition()));
            plan.index().sort().filter(Column::nullable).ifPresent(s -> atoms.add(new Atom(s, Test.NOT_NULL, null)));
        }
        plan.range().ifPresent(range -> add(range, atoms));
        plan.filter().forEach(term -> add(term, atoms));
        return atoms;
    }

    static Atom eq(Column column, Object value) {
        return new Atom(column, Test.EQ, value);
    }

    private static void add(Term term, List<Atom> atoms) {
        Column column = term.column();
        Object value = term.value();
        switch (term.operator()) {
            case EQ -> atoms.add(new Atom(column, value == null ? Test.NULL : Test.EQ, value));
            case NE -> atoms.add(new Atom(column, value == null ? Test.NOT_NULL : Test.NE, value));
            case LT -> atoms.add(new Atom(column, Test.LT, value));
            case LE -> atoms.add(new Atom(column, Test.LE, value));
            case GT -> atoms.add(new Atom(column, Test.GT, value));
            case GE -> atoms.add(new Atom(column, Test.GE, value));
            case BETWEEN -> {
                atoms.add(new Atom(column, Test.GE, value));
                atoms.add(new Atom(column, Test.LE, term.to()));
            }
            // A range, so that an index serves and nothing needs to be escaped.
            case BEGINS_WITH -> {
                String prefix = (String) Objects.requireNonNull(value);
                atoms.add(prefix.isEmpty() ? new Atom(column, Test.NOT_NULL, null) : new Atom(column, Test.GE, prefix));
                TextOrder.afterPrefix(prefix).ifPresent(after -> atoms.add(new Atom(column, Test.LT, after)));
            }
        }
    }

    /** What the text of a statement depends on. */
    static void form(List<Atom> atoms, StringBuilder form) {
        for (Atom atom : atoms) {
            form.append(atom.test).append('.').append(atom.column.position()).append(' ');
        }
    }
}
