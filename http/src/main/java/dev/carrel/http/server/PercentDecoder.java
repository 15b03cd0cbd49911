/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Percent-decoding that accepts only what has one meaning: two hex digits, well-formed UTF-8 (no overlong forms), no NUL. */
final class PercentDecoder {
    private PercentDecoder() {}

    static String segment(String raw) {
        return decode(raw, false, "path");
    }

    static String formField(String raw) {
        return decode(raw, true, "parameters");
    }

    private static String decode(String raw, boolean plusIsBlank, String what) {
        if (raw.indexOf('%') < 0 && raw.chars().allMatch(c -> c > 0 && c < 0x80 && !(plusIsBlank && c == '+'))) {
            return raw;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(raw.length());
        int at = 0;
        while (at < raw.length()) {
            char c = raw.charAt(at);
            if (c == '%') {
                bytes.write(escape(raw, at, what));
                at += 3;
            } else if (c == '+' && plusIsBlank) {
                bytes.write(' ');
                at++;
            } else {
                bytes.writeBytes(String.valueOf(c).getBytes(StandardCharsets.ISO_8859_1));
                at++;
            }
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
            if (text.indexOf('\0') >= 0) {
                throw bad(what, "holds a NUL");
            }
            return text;
        } catch (CharacterCodingException _) {
            throw bad(what, "is not UTF-8 after decoding");
        }
    }

    private static int escape(String raw, int at, String what) {
        int high = at + 2 < raw.length() ? Character.digit(raw.charAt(at + 1), 16) : -1;
        int low = at + 2 < raw.length() ? Character.digit(raw.charAt(at + 2), 16) : -1;
        if (high < 0 || low < 0 || raw.charAt(at + 1) > 0x7f || raw.charAt(at + 2) > 0x7f) {
            throw bad(what, "holds a % that is not followed by two hexadecimal digits");
        }
        return high << 4 | low;
    }

    private static HttpFailure bad(String what, String how) {
        return new HttpFailure(400, "http.encoding", "The " + what + " of the request " + how + ".");
    }
}
