/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.carrel.engine.store.StoreException;
import java.util.List;

/** Lists of texts in one column, as JSON. */
final class Lists {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Lists() {}

    static String write(List<String> list) {
        try {
            return JSON.writeValueAsString(list);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts can always be written as JSON", e);
        }
    }

    static List<String> read(String json) {
        try {
            return JSON.readValue(json, new TypeReference<List<String>>() {});
        } catch (JsonProcessingException e) {
            throw new StoreException("a list in the database is not JSON (restore the database from a backup)", e);
        }
    }
}
