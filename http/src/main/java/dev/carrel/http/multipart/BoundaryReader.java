/* Copyright the Carrel authors. */
package dev.carrel.http.multipart;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Cuts a stream at its boundary lines, with one small buffer whatever the sizes. One thread. */
final class BoundaryReader {
    private static final int BUFFER = 16 * 1024;

    private final InputStream in;
    private final byte[] delimiter;
    private final byte[] buffer = new byte[BUFFER];
    private int start;
    private int end;

    BoundaryReader(InputStream in, String boundary) {
        this.in = in;
        this.delimiter = ("\r\n--" + boundary).getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Passes the line that opens the body: the delimiter without its line break before. */
    void openingLine() throws IOException, MultipartException {
        int length = delimiter.length - 2;
        if (!fill(length) || !matches(start, 2, length)) {
            throw MultipartException.malformed("The form does not begin with its boundary.");
        }
        start += length;
    }

    /** After a boundary: true when a part follows, false at the end of the body. */
    boolean partFollows() throws IOException, MultipartException {
        if (!fill(2)) {
            throw ended();
        }
        byte first = buffer[start];
        byte second = buffer[start + 1];
        start += 2;
        if (first == '\r' && second == '\n') {
            return true;
        }
        if (first == '-' && second == '-') {
            return false;
        }
        throw MultipartException.malformed("A boundary in the form is followed by something else.");
    }

    /** A part's header lines, without the empty line that ends them. */
    String headerLines(int max) throws IOException, MultipartException {
        StringBuilder lines = new StringBuilder();
        while (lines.indexOf("\r\n\r\n", Math.max(0, lines.length() - 4)) < 0) {
            if (lines.length() >= max) {
                throw MultipartException.tooLarge("The header of a part of the form is larger than " + max + " bytes.");
            }
            if (!fill(1)) {
                throw ended();
            }
            lines.append((char) (buffer[start++] & 0xff));
        }
        byte[] raw = lines.substring(0, lines.length() - 4).getBytes(StandardCharsets.ISO_8859_1);
        return new String(raw, StandardCharsets.UTF_8);
    }

    /** Copies up to the next boundary and passes it. */
    void content(OutputStream out) throws IOException, MultipartException {
        while (true) {
            if (!fill(delimiter.length)) {
                throw ended();
            }
            int last = end - delimiter.length;
            int at = start;
            while (at <= last && !matches(at, 0, delimiter.length)) {
                at++;
            }
            out.write(buffer, start, at - start);
            start = at;
            if (at <= last) {
                start += delimiter.length;
                return;
            }
        }
    }

    private boolean matches(int at, int from, int length) {
        for (int offset = 0; offset < length; offset++) {
            if (buffer[at + offset] != delimiter[from + offset]) {
                return false;
            }
        }
        return true;
    }

    /** Makes at least so many bytes ready; false when the stream ends before. */
    private boolean fill(int wanted) throws IOException {
        while (end - start < wanted) {
            if (start > 0) {
                System.arraycopy(buffer, start, buffer, 0, end - start);
                end -= start;
                start = 0;
            }
            int read = in.read(buffer, end, buffer.length - end);
            if (read < 0) {
                return false;
            }
            end += read;
        }
        return true;
    }

    private static MultipartException ended() {
        return MultipartException.malformed("The form ends before its last boundary.");
    }
}
