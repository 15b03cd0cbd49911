/* Copyright the Carrel authors. */
package dev.carrel.protocol.name;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A user's name in its one normal form: NFKC, lower case. Two spellings that a person would call the same give the same value, so
 * an account cannot be taken over by a look-alike spelling. {@code @ + .} and letters of any script are welcome.
 */
public record UserName(@JsonValue String value) {
    /** The most bytes a name may have in UTF-8. */
    public static final int MAX_BYTES = 255;

    /** Takes a name that is already normal; use {@link #of} for what a person typed. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public UserName {
        String normal = normalise(value);
        if (!normal.equals(value)) {
            throw new IllegalArgumentException("user name: " + Printable.quote(value) + " (expected its normal form "
                    + Printable.quote(normal) + ")");
        }
    }

    /**
     * Normalises what a person typed.
     *
     * @throws IllegalArgumentException with a message for that person
     */
    public static UserName of(@Nullable String typed) {
        return new UserName(normalise(typed));
    }

    private static String normalise(@Nullable String typed) {
        if (typed == null || typed.isEmpty()) {
            throw new IllegalArgumentException("user name: empty (expected: 1 to " + MAX_BYTES + " bytes)");
        }
        // Bounded before normalising: NFKC may expand one character to eighteen.
        if (typed.length() > MAX_BYTES) {
            throw tooLong(typed);
        }
        String name = Normalizer.normalize(typed, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
        // Lower-casing can leave a composed form behind; a second pass makes the result a fixed point.
        name = Normalizer.normalize(name, Normalizer.Form.NFKC);
        if (name.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            throw tooLong(typed);
        }
        name.codePoints().forEach(c -> checkCharacter(typed, c));
        if (name.equals(".") || name.equals("..")) {
            throw new IllegalArgumentException("user name: " + Printable.quote(typed) + " (expected: not a path)");
        }
        return name;
    }

    private static void checkCharacter(String typed, int c) {
        boolean bad = switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.UNASSIGNED,
                    Character.PRIVATE_USE,
                    Character.SPACE_SEPARATOR,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> true;
            default -> "/\\%?#:;<>\"'`{}|^&".indexOf(c) >= 0;
        };
        if (bad) {
            throw new IllegalArgumentException("user name: " + Printable.quote(typed) + " contains "
                    + Printable.quote(Character.toString(c))
                    + " (expected: letters and digits of any script and @ + . _ - ~ ! $ ( ) * , =)");
        }
    }

    private static IllegalArgumentException tooLong(String typed) {
        return new IllegalArgumentException(
                "user name: " + Printable.quote(typed) + " is too long (expected: at most " + MAX_BYTES + " bytes)");
    }

    @Override
    public String toString() {
        return value;
    }
}
