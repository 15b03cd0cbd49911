/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import dev.carrel.http.log.RequestLog;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the log says of a request. Queries are never logged, for they may hold secrets; what a client chose is escaped and cut, so one request is one
 * line.
 *
 * @param path without the query
 * @param status of the answer; 499 when the client went before it
 * @param user empty when nobody is known
 */
record AccessLine(
        String remote, String method, String path, int status, long bytes, String id, String user, Passport passport)
        implements RequestLog.Line {
    private static final int MAX_PATH = 512;
    private static final int MAX_WORD = 128;

    @Override
    public String text() {
        return Printable.of(remote, MAX_WORD) + " " + Printable.of(method, 32) + " " + Printable.of(path, MAX_PATH)
                + " " + status + " " + bytes + "B " + Passport.tenths(passport.millis()) + "ms id="
                + Printable.of(id, MAX_WORD) + " user=" + word(user) + " passport=" + passport;
    }

    /** A user name may hold blanks; a word of the line may not. */
    private static String word(String text) {
        return text.isEmpty() ? "-" : Printable.of(text, MAX_WORD).replace(" ", "\\u0020");
    }

    /** Times are milliseconds. */
    @Override
    public Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("remote", Printable.of(remote, MAX_WORD));
        fields.put("method", Printable.of(method, 32));
        fields.put("path", Printable.of(path, MAX_PATH));
        fields.put("status", status);
        fields.put("bytesOut", bytes);
        fields.put("millis", Math.round(passport.millis() * 10) / 10.0);
        fields.put("user", Printable.of(user, MAX_WORD));
        fields.put("id", Printable.of(id, MAX_WORD));
        fields.put("took", passport.times());
        return fields;
    }
}
