/* Copyright the Carrel authors. */
package dev.carrel.router.control;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Reads ISO 8601 times as clients of configurable-http-proxy write them: with Z, with an offset, without either, or only a date. */
final class Timestamps {
    private static final List<Function<String, Instant>> FORMS = List.of(
            text -> OffsetDateTime.parse(text).toInstant(),
            text -> LocalDateTime.parse(text).toInstant(ZoneOffset.UTC),
            text -> LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant());

    private Timestamps() {}

    static Optional<Instant> parse(String text) {
        // A plus that was not escaped arrives as a blank.
        String mended = text.strip().replace(' ', '+');
        return FORMS.stream().flatMap(form -> parse(form, mended).stream()).findFirst();
    }

    private static Optional<Instant> parse(Function<String, Instant> form, String text) {
        try {
            return Optional.of(form.apply(text));
        } catch (DateTimeException _) {
            return Optional.empty();
        }
    }
}
