/* Copyright the Carrel authors. */
package dev.carrel.http.files;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The stretch of a file a client asked for. */
record ByteRange(long first, long length) {
    private static final Pattern ONE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

    /** None of the file lies within what was asked for. */
    static final ByteRange UNSATISFIABLE = new ByteRange(-1, 0);

    /** Null when the header is to be ignored, as anything but a single range is. */
    static @Nullable ByteRange parse(String header, long fileLength) {
        Matcher matcher = ONE.matcher(header);
        if (!matcher.matches() || matcher.group(1).isEmpty() && matcher.group(2).isEmpty()) {
            return null;
        }
        if (matcher.group(1).isEmpty()) {
            long length = Math.min(Long.parseLong(matcher.group(2)), fileLength);
            return length == 0 ? UNSATISFIABLE : new ByteRange(fileLength - length, length);
        }
        long first = Long.parseLong(matcher.group(1));
        long last = matcher.group(2).isEmpty()
                ? fileLength - 1
                : Math.min(Long.parseLong(matcher.group(2)), fileLength - 1);
        if (first >= fileLength) {
            return UNSATISFIABLE;
        }
        return last < first ? null : new ByteRange(first, last - first + 1);
    }

    String contentRange(long fileLength) {
        return "bytes " + first + "-" + (first + length - 1) + "/" + fileLength;
    }
}
