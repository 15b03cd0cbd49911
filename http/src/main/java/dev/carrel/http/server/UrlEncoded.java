/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code a=1&b=2}, of queries and of forms. */
final class UrlEncoded {
    static final int MAX_FIELDS = 1000;

    private UrlEncoded() {}

    static Parameters parse(String text, int maxFields) {
        if (text.isEmpty()) {
            return Parameters.EMPTY;
        }
        Map<String, List<String>> values = new LinkedHashMap<>();
        int fields = 0;
        int start = 0;
        while (start <= text.length()) {
            int and = text.indexOf('&', start);
            int end = and < 0 ? text.length() : and;
            if (end > start) {
                if (++fields > maxFields) {
                    throw new HttpFailure(
                            400, "http.too-many-fields", "The request has more than " + maxFields + " parameters.");
                }
                add(values, text.substring(start, end));
            }
            start = end + 1;
        }
        values.replaceAll((_, all) -> List.copyOf(all));
        return new Parameters(java.util.Collections.unmodifiableMap(values));
    }

    private static void add(Map<String, List<String>> values, String field) {
        int equals = field.indexOf('=');
        String name = PercentDecoder.formField(equals < 0 ? field : field.substring(0, equals));
        String value = equals < 0 ? "" : PercentDecoder.formField(field.substring(equals + 1));
        values.computeIfAbsent(name, _ -> new ArrayList<>(1)).add(value);
    }
}
