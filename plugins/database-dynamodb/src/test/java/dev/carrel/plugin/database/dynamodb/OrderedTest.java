/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.plugin.table.Storage;
import dev.carrel.plugin.table.Term;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.StringLength;

/** Bytes are in the order of what they stand for. Run by jqwik. */
class OrderedTest {
    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.of(
                        "a", "b", "A", "\u0001", "\u007F", "é", "\uFFFF", "\uE000", "\uD83D\uDE00", "\uDBFF\uDFFF")
                .list()
                .ofMaxSize(4)
                .map(parts -> String.join("", parts));
    }

    @Provide
    Arbitrary<Double> reals() {
        Arbitrary<Double> ends = Arbitraries.of(
                0.0,
                Double.MIN_VALUE,
                -Double.MIN_VALUE,
                Double.MAX_VALUE,
                -Double.MAX_VALUE,
                1e-300,
                1e300,
                -1.0,
                1.0);
        return Arbitraries.oneOf(ends, Arbitraries.doubles().map(value -> value + 0.0));
    }

    private static int order(byte[] left, byte[] right) {
        return Integer.signum(Arrays.compareUnsigned(left, right));
    }

    @Property
    void texts(@ForAll("texts") String left, @ForAll("texts") String right, @ForAll long a, @ForAll long b) {
        int order = Term.compare(left, right);
        int expected = order == 0 ? Long.compare(a, b) : order;
        assertThat(order(Ordered.of(left, a), Ordered.of(right, b))).isEqualTo(Integer.signum(expected));
        assertThat(Ordered.first(Ordered.of(left, a), Storage.TEXT)).isEqualTo(left);
    }

    @Property
    void numbers(@ForAll long left, @ForAll long right, @ForAll("texts") String a, @ForAll("texts") String b) {
        int order = Long.compare(left, right);
        int expected = order == 0 ? Term.compare(a, b) : order;
        assertThat(order(Ordered.of(left, a), Ordered.of(right, b))).isEqualTo(Integer.signum(expected));
        assertThat(Ordered.first(Ordered.of(left, a), Storage.WHOLE)).isEqualTo(left);
    }

    @Property
    void reals(@ForAll("reals") double left, @ForAll("reals") double right) {
        assertThat(order(Ordered.real(left), Ordered.real(right))).isEqualTo(Double.compare(left, right));
        assertThat(Ordered.real(Ordered.real(left))).isEqualTo(left);
    }

    @Property
    void everythingThatBeginsWithAValueIsWithinItsEnds(
            @ForAll("texts") String value, @ForAll("texts") String other, @ForAll @StringLength(max = 3) String key) {
        byte[] code = Ordered.of(value);
        byte[] row = Ordered.of(other, key.replace("\u0000", ""), Long.MAX_VALUE);
        int order = Integer.signum(Term.compare(other, value));
        assertThat(order(row, code) > 0 && order(row, Ordered.behind(code)) < 0).isEqualTo(order == 0);
        assertThat(order(row, code) < 0).isEqualTo(order < 0);
        assertThat(order(row, Ordered.behind(code)) > 0).isEqualTo(order > 0);
        assertThat(order(Ordered.least(), row)).isEqualTo(-1);
    }
}
