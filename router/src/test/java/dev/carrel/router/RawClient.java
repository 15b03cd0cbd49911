/* Copyright the Carrel authors. */
package dev.carrel.router;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Speaks bytes, so that a test can say and see what no HTTP client would. */
final class RawClient implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    /** One answer as it came; header lines in their order. */
    record Answer(int status, List<String> lines, byte[] body, List<String> trailers) {
        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        /** All values of a header, joined by commas; empty for none. */
        String header(String name) {
            return String.join(",", headers(name));
        }

        List<String> headers(String name) {
            String start = name.toLowerCase(Locale.ROOT) + ":";
            return lines.stream()
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(start))
                    .map(line -> line.substring(start.length()).strip())
                    .toList();
        }
    }

    RawClient(int port) throws IOException {
        this(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    RawClient(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(20_000);
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream());
        out = socket.getOutputStream();
    }

    Socket socket() {
        return socket;
    }

    /** What comes, behind whatever was read of it here. */
    InputStream in() {
        return in;
    }

    RawClient send(String latin1) throws IOException {
        return send(latin1.getBytes(StandardCharsets.ISO_8859_1));
    }

    RawClient send(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
        return this;
    }

    /** Sends although the other side may have closed already. */
    void sendAnyway(String latin1) {
        try {
            send(latin1);
        } catch (IOException _) {
            // What is refused need not be read to its end.
        }
    }

    Answer answer() throws IOException {
        return answer(true);
    }

    /** The head of an answer, and no body. */
    Answer head() throws IOException {
        return answer(false);
    }

    private Answer answer(boolean withBody) throws IOException {
        String statusLine = line();
        if (!statusLine.matches("HTTP/1\\.[01] \\d{3}.*")) {
            throw new IOException("no status line: " + statusLine);
        }
        int status = Integer.parseInt(statusLine.substring(9, 12));
        Answer head = new Answer(status, lines(), new byte[0], List.of());
        if (!withBody || status < 200 || status == 204 || status == 304) {
            return head;
        }
        if (!head.header("Content-Length").isEmpty()) {
            return new Answer(status, head.lines(), bytes(Integer.parseInt(head.header("Content-Length"))), List.of());
        }
        if (!head.header("Transfer-Encoding").equals("chunked")) {
            return new Answer(status, head.lines(), in.readAllBytes(), List.of());
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int size = Integer.parseInt(line(), 16); size > 0; size = Integer.parseInt(line(), 16)) {
            body.writeBytes(bytes(size));
            line();
        }
        return new Answer(status, head.lines(), body.toByteArray(), lines());
    }

    /** Lines up to an empty one. */
    List<String> lines() throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            lines.add(line);
        }
        return lines;
    }

    byte[] bytes(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("ends after " + bytes.length + " of " + length);
        }
        return bytes;
    }

    String text(int length) throws IOException {
        return new String(bytes(length), StandardCharsets.ISO_8859_1);
    }

    /** One chunk; empty for the last. */
    String chunk() throws IOException {
        String chunk = text(Integer.parseInt(line(), 16));
        line();
        return chunk;
    }

    String line() throws IOException {
        return maybeLine().orElseThrow(() -> new EOFException("closed instead of a line"));
    }

    /** Empty when the other side closes before the line begins. */
    Optional<String> maybeLine() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (true) {
            int c = in.read();
            if (c < 0) {
                if (line.size() == 0) {
                    return Optional.empty();
                }
                throw new EOFException("closed after: " + line.toString(StandardCharsets.ISO_8859_1));
            }
            if (c == '\n') {
                String text = line.toString(StandardCharsets.ISO_8859_1);
                return Optional.of(text.endsWith("\r") ? text.substring(0, text.length() - 1) : text);
            }
            line.write(c);
        }
    }

    /** All that still comes until the other side closes. A reset counts as a close. */
    String rest() throws IOException {
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        try {
            for (int c = in.read(); c >= 0; c = in.read()) {
                rest.write(c);
            }
        } catch (SocketException _) {
            // Closed all the same.
        }
        return rest.toString(StandardCharsets.ISO_8859_1);
    }

    /** Ends with a reset instead of an orderly close. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
