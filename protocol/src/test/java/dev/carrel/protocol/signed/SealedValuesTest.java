/* Copyright the Carrel authors. */
package dev.carrel.protocol.signed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SealedValuesTest {
    private static final List<String> PLACE = List.of("ada", "calc", "TOKEN");
    private static final String OLD = SigningKeys.freshLine();
    private static final String NEW = SigningKeys.freshLine();

    private static SealedValues with(String lines, String purpose) {
        return new SealedValues(SigningKeys.parse("test", lines), purpose);
    }

    private final SealedValues values = with(OLD, "secrets");

    @Test
    void opensWhereItWasSealed() {
        for (String text : List.of("", "s3cret", "zoë\n\u0000", "x".repeat(100_000))) {
            assertThat(values.open(values.seal(text, PLACE), PLACE)).contains(text);
        }
    }

    @Test
    void isAnotherTextEachTimeAndShowsNothing() {
        String sealed = values.seal("canary-canary", PLACE);

        assertThat(sealed).isNotEqualTo(values.seal("canary-canary", PLACE)).doesNotContain("canary");
    }

    @Test
    void opensInNoOtherPlace() {
        String sealed = values.seal("s3cret", PLACE);

        assertThat(values.open(sealed, List.of("bob", "calc", "TOKEN"))).isEmpty();
        assertThat(values.open(sealed, List.of("ada", "calc", "OTHER"))).isEmpty();
        assertThat(values.open(sealed, List.of("adac", "alc", "TOKEN"))).isEmpty();
        assertThat(values.open(sealed, List.of("ada", "calcTOKEN"))).isEmpty();
        assertThat(values.open(sealed, List.of())).isEmpty();
    }

    @Test
    void opensForNoOtherPurposeAndUnderNoOtherKey() {
        String sealed = values.seal("s3cret", PLACE);

        assertThat(with(OLD, "others").open(sealed, PLACE)).isEmpty();
        assertThat(with(NEW, "secrets").open(sealed, PLACE)).isEmpty();
        // Another master under the same id.
        assertThat(with(OLD.substring(0, 4) + NEW.substring(4), "secrets").open(sealed, PLACE))
                .isEmpty();
    }

    @Test
    void opensUnderAFormerMasterWhileThatIsThere() {
        String sealed = values.seal("s3cret", PLACE);

        SealedValues rotated = with(NEW + "\n" + OLD, "secrets");

        assertThat(rotated.open(sealed, PLACE)).contains("s3cret");
        assertThat(rotated.seal("s3cret", PLACE)).startsWith(NEW.substring(0, 4));
    }

    @Test
    void noChangedCharacterGoesUnnoticed() {
        String sealed = values.seal("s3cret", PLACE);
        for (int i = 0; i < sealed.length() - 1; i++) {
            char other = sealed.charAt(i) == 'B' ? 'C' : 'B';
            String changed = sealed.substring(0, i) + other + sealed.substring(i + 1);
            assertThat(values.open(changed, PLACE)).as(changed).isEmpty();
        }
        for (String none : List.of("", ".", "abcd", "abcd.", OLD.substring(0, 4) + ".AAAA", sealed.substring(4))) {
            assertThat(values.open(none, PLACE)).as(none).isEmpty();
        }
    }
}
