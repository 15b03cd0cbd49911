/* Copyright the Carrel authors. */
package dev.carrel.protocol.worker;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.carrel.protocol.name.Printable;
import java.io.IOException;
import java.io.StringWriter;

/** Arguments travel as the JSON text they came in: neither end of the engine makes objects of them. */
final class RawJson {
    private RawJson() {}

    /**
     * The text, fit to stand in a JSON object of UTF-8.
     *
     * @param expected its first token
     * @throws IllegalArgumentException when it is anything but one whole value that begins so
     */
    static String check(JsonFactory factory, String what, String text, JsonToken expected) {
        if (text.equals("[]") && expected == JsonToken.START_ARRAY
                || text.equals("{}") && expected == JsonToken.START_OBJECT) {
            return text;
        }
        try (JsonParser parser = factory.createParser(text)) {
            boolean good = parser.nextToken() == expected;
            if (good) {
                parser.skipChildren();
                good = parser.nextToken() == null;
            }
            if (good) {
                return encodable(text);
            }
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(what + ": " + Printable.quote(e.getOriginalMessage()), e);
        } catch (IOException e) {
            throw new IllegalStateException("reading a text does not fail", e);
        }
        throw new IllegalArgumentException(what + ": " + Printable.quote(text) + " (expected: one "
                + (expected == JsonToken.START_ARRAY ? "JSON array" : "JSON object") + ")");
    }

    /** Halves of surrogate pairs have no UTF-8; as they can stand only within JSON strings, they are escaped. */
    private static String encodable(String text) {
        StringBuilder escaped = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean pair = Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1));
            if (Character.isSurrogate(c) && !pair && escaped == null) {
                escaped = new StringBuilder(text.length() + 16).append(text, 0, i);
            }
            if (escaped != null) {
                if (Character.isSurrogate(c) && !pair) {
                    escaped.append("\\u").append(Integer.toHexString(c));
                } else {
                    escaped.append(c);
                }
            }
            if (pair) {
                i++;
                if (escaped != null) {
                    escaped.append(text.charAt(i));
                }
            }
        }
        return escaped == null ? text : escaped.toString();
    }

    /** The value that the parser stands at, as text. */
    static String copy(JsonFactory factory, JsonParser parser) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = factory.createGenerator(text)) {
            out.copyCurrentStructure(parser);
        }
        return text.toString();
    }
}
