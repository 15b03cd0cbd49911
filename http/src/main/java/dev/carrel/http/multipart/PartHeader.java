/* Copyright the Carrel authors. */
package dev.carrel.http.multipart;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What stands before a part's content. */
record PartHeader(String name, @Nullable String fileName, String contentType) {

    static PartHeader parse(String lines) throws MultipartException {
        String disposition = null;
        String contentType = "text/plain";
        for (String line : lines.split("\r\n", -1)) {
            int colon = line.indexOf(':');
            if (colon < 1) {
                throw MultipartException.malformed("A part of the form has a line that is no header.");
            }
            String value = line.substring(colon + 1).strip();
            switch (line.substring(0, colon).toLowerCase(Locale.ROOT)) {
                case "content-disposition" -> disposition = value;
                case "content-type" -> contentType = value;
                default -> {
                    // Others have no meaning in forms.
                }
            }
        }
        if (disposition == null || !disposition.toLowerCase(Locale.ROOT).startsWith("form-data")) {
            throw MultipartException.malformed("A part of the form has no Content-Disposition: form-data.");
        }
        String name = parameter(disposition, "name");
        if (name == null) {
            throw MultipartException.malformed("A part of the form has no name.");
        }
        return new PartHeader(name, parameter(disposition, "filename"), contentType);
    }

    /** A parameter's value, quoted or not; null when it is absent. */
    static @Nullable String parameter(String value, String wanted) throws MultipartException {
        int at = value.indexOf(';');
        while (at >= 0 && at < value.length()) {
            at++;
            int equals = value.indexOf('=', at);
            if (equals < 0) {
                return null;
            }
            String name = value.substring(at, equals).strip();
            int start = equals + 1;
            StringBuilder text = new StringBuilder();
            int end = start < value.length() && value.charAt(start) == '"'
                    ? quoted(value, start + 1, text)
                    : plain(value, start, text);
            if (name.equalsIgnoreCase(wanted)) {
                return text.toString();
            }
            at = value.indexOf(';', end);
        }
        return null;
    }

    private static int quoted(String value, int start, StringBuilder text) throws MultipartException {
        for (int at = start; at < value.length(); at++) {
            char c = value.charAt(at);
            if (c == '"') {
                return at + 1;
            }
            if (c == '\\' && at + 1 < value.length() && (value.charAt(at + 1) == '"' || value.charAt(at + 1) == '\\')) {
                at++;
            }
            text.append(value.charAt(at));
        }
        throw MultipartException.malformed("A quoted value in the form does not end.");
    }

    private static int plain(String value, int start, StringBuilder text) {
        int semicolon = value.indexOf(';', start);
        int end = semicolon < 0 ? value.length() : semicolon;
        text.append(value.substring(start, end).strip());
        return end;
    }
}
