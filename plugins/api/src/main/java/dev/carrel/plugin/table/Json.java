/* Copyright the Carrel authors. */
package dev.carrel.plugin.table;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * As much JSON as tables need: lists of texts, and flat objects of texts, numbers and null. A whole number comes back as Long, one with a point or
 * an exponent as Double.
 */
final class Json {
    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    static String write(List<String> texts) {
        StringBuilder out = new StringBuilder("[");
        for (String one : texts) {
            if (out.length() > 1) {
                out.append(',');
            }
            quote(out, one);
        }
        return out.append(']').toString();
    }

    static String write(Map<String, ? extends @Nullable Object> object) {
        StringBuilder out = new StringBuilder("{");
        object.forEach((name, value) -> {
            if (out.length() > 1) {
                out.append(',');
            }
            quote(out, name);
            out.append(':');
            if (value instanceof String string) {
                quote(out, string);
            } else {
                out.append(value);
            }
        });
        return out.append('}').toString();
    }

    private static void quote(StringBuilder out, String string) {
        out.append('"');
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < 0x20) {
                out.append("\\u00").append(c < 0x10 ? "0" : "").append(Integer.toHexString(c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }

    /** @throws IllegalArgumentException when it is no list of texts */
    static List<String> texts(String json) {
        Json in = new Json(json);
        List<String> texts = new ArrayList<>();
        in.expect('[');
        if (!in.skip(']')) {
            do {
                texts.add(in.string());
            } while (in.skip(','));
            in.expect(']');
        }
        in.end();
        return List.copyOf(texts);
    }

    /** @throws IllegalArgumentException when it is no flat object */
    static Map<String, @Nullable Object> object(String json) {
        Json in = new Json(json);
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        in.expect('{');
        if (!in.skip('}')) {
            do {
                String name = in.string();
                in.expect(':');
                if (object.containsKey(name)) {
                    throw in.fault("a second \"" + name + "\"");
                }
                object.put(name, in.value());
            } while (in.skip(','));
            in.expect('}');
        }
        in.end();
        return object;
    }

    private @Nullable Object value() {
        blanks();
        if (at < text.length() && text.charAt(at) == '"') {
            return string();
        }
        int start = at;
        while (at < text.length() && "+-.0123456789eEnul".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        String word = text.substring(start, at);
        if (word.equals("null")) {
            return null;
        }
        try {
            return word.matches("-?\\d+") ? (Object) Long.valueOf(word) : (Object) Double.valueOf(word);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("\"" + word + "\" at " + start + " is no number", e);
        }
    }

    private String string() {
        expect('"');
        StringBuilder out = new StringBuilder();
        while (true) {
            char c = next();
            if (c == '"') {
                return out.toString();
            }
            out.append(c == '\\' ? escaped() : c);
        }
    }

    private char escaped() {
        char c = next();
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> hex();
            default -> throw fault("\\" + c);
        };
    }

    private char hex() {
        if (at + 4 > text.length()) {
            throw fault("its end");
        }
        String digits = text.substring(at, at + 4);
        if (!digits.matches("[0-9a-fA-F]{4}")) {
            throw fault("\\u" + digits);
        }
        at += 4;
        return (char) Integer.parseInt(digits, 16);
    }

    private char next() {
        if (at >= text.length()) {
            throw fault("its end");
        }
        return text.charAt(at++);
    }

    private void expect(char wanted) {
        if (!skip(wanted)) {
            throw fault(
                    (at < text.length() ? "'" + text.charAt(at) + "'" : "its end") + " instead of '" + wanted + "'");
        }
    }

    private boolean skip(char wanted) {
        blanks();
        if (at < text.length() && text.charAt(at) == wanted) {
            at++;
            return true;
        }
        return false;
    }

    private void blanks() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private void end() {
        blanks();
        if (at < text.length()) {
            throw fault("more text");
        }
    }

    private IllegalArgumentException fault(String what) {
        return new IllegalArgumentException("JSON: " + what + " at " + at);
    }
}
