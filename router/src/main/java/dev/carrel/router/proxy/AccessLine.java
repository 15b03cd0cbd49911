/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import dev.carrel.http.log.RequestLog;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the log says of a request. No query is ever logged: it may hold a ticket. The codec has refused everything that could break a line, but for user
 * names, which may hold other letters.
 *
 * @param target as sent; its query is cut off here
 * @param status of the answer; 0 when the client went before it
 * @param passport where the time went; null when nobody wants to know
 */
record AccessLine(
        String remote,
        String method,
        String host,
        String target,
        int status,
        long bytesIn,
        long bytesOut,
        double millis,
        String kind,
        String user,
        String id,
        @Nullable Passport passport)
        implements RequestLog.Line {
    private static final int MAX_PATH = 512;

    private String path() {
        int question = target.indexOf('?');
        String path = question < 0 ? target : target.substring(0, question);
        return path.length() > MAX_PATH ? path.substring(0, MAX_PATH) + "…" : path;
    }

    /** Times are milliseconds. */
    @Override
    public Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("remote", remote);
        fields.put("method", method);
        fields.put("host", host);
        fields.put("path", path());
        fields.put("status", status);
        fields.put("bytesIn", bytesIn);
        fields.put("bytesOut", bytesOut);
        fields.put("millis", Math.round(millis * 10) / 10.0);
        fields.put("kind", kind);
        fields.put("user", user);
        fields.put("id", id);
        if (passport != null) {
            fields.put("took", passport.times());
        }
        return fields;
    }

    @Override
    public String text() {
        return remote + " " + method + " " + host + path() + " "
                + (status == 0 ? "gone" : Integer.toString(status)) + " " + bytesIn + "/" + bytesOut + "B "
                + tenths(millis) + "ms " + kind + " user="
                + (user.isEmpty() ? "-" : user) + " id="
                + id
                + (passport == null ? "" : " took: " + passport);
    }

    /** With one digit after the point; a formatter would take as long as the rest of the line. */
    private static String tenths(double millis) {
        long tenths = Math.round(millis * 10);
        return tenths / 10 + "." + tenths % 10;
    }
}
