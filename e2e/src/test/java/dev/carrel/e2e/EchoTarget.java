/* Copyright the Carrel authors. */
package dev.carrel.e2e;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A server behind a proxy that answers with the head it was sent, and clients that speak bytes to the proxy. {@code ?status=N} sets the status; a WebSocket
 * gives back what it is told, or with {@code ?mute} keeps it to itself.
 */
final class EchoTarget implements AutoCloseable {
    static final String UPGRADE = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";

    private final ServerSocket listening;
    private final BlockingQueue<Integer> heard = new LinkedBlockingQueue<>();
    private volatile java.net.Socket latest;

    /** What came from a proxy. */
    record Answer(int status, String head, String body) {
        /** A header as it arrived at the target; - for none. */
        String echoed(String name) {
            return header(body, name);
        }
    }

    /** An open WebSocket, spoken to without frames: a proxy passes on bytes. */
    record Socket(java.net.Socket socket) implements AutoCloseable {
        void say(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
        }

        String hear(int length) throws IOException {
            return new String(socket.getInputStream().readNBytes(length), StandardCharsets.US_ASCII);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    EchoTarget() throws IOException {
        listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    String url() {
        return "http://127.0.0.1:" + listening.getLocalPort();
    }

    /** Speaks by itself on the WebSocket that was opened last. */
    void say(String text) throws IOException {
        write(latest, text);
    }

    /** Waits until a muted WebSocket has heard something. */
    void awaitWord() throws InterruptedException {
        if (heard.poll(20, TimeUnit.SECONDS) == null) {
            throw new AssertionError("nothing was heard");
        }
    }

    /** One GET with more header lines on a connection of its own. */
    static Answer get(ProxyUnderTest proxy, String path, String headers) throws IOException {
        try (java.net.Socket socket = connect(proxy)) {
            send(socket, path, headers, proxy);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            String head = head(in);
            int status = Integer.parseInt(head.substring(9, 12));
            String length = header(head, "Content-Length");
            byte[] body = status == 204
                    ? new byte[0]
                    : header(head, "Transfer-Encoding").equals("chunked")
                            ? chunks(in)
                            : length.equals("-") ? in.readAllBytes() : in.readNBytes(Integer.parseInt(length));
            return new Answer(status, head, new String(body, StandardCharsets.ISO_8859_1));
        }
    }

    /** Opens a WebSocket; whoever opened it closes it. */
    static Socket open(ProxyUnderTest proxy, String path) throws IOException {
        java.net.Socket socket = connect(proxy);
        send(socket, path, UPGRADE, proxy);
        String head = head(socket.getInputStream());
        if (!head.startsWith("HTTP/1.1 101")) {
            socket.close();
            throw new IOException(head);
        }
        return new Socket(socket);
    }

    private static java.net.Socket connect(ProxyUnderTest proxy) throws IOException {
        java.net.Socket socket = new java.net.Socket(InetAddress.getLoopbackAddress(), proxy.port());
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static void send(java.net.Socket socket, String path, String headers, ProxyUnderTest proxy)
            throws IOException {
        String request = "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + proxy.port() + "\r\n" + headers + "\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int c = in.read();
            if (c < 0) {
                throw new EOFException("closed after: " + head.toString(StandardCharsets.ISO_8859_1));
            }
            head.write(c);
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    private static String header(String head, String name) {
        String start = name.toLowerCase(Locale.ROOT) + ":";
        return head.lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(start))
                .map(line -> line.substring(start.length()).strip())
                .findFirst()
                .orElse("-");
    }

    private static byte[] chunks(InputStream in) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            int size = Integer.parseInt(line(in), 16);
            body.writeBytes(in.readNBytes(size));
            line(in);
            if (size == 0) {
                return body.toByteArray();
            }
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            line.append((char) c);
        }
        return line.toString().strip();
    }

    private void accept() {
        try {
            while (true) {
                java.net.Socket socket = listening.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            }
        } catch (SocketException _) {
            // Closed.
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void serve(java.net.Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            while (true) {
                String head = head(in);
                if (!header(head, "Upgrade").equals("-")) {
                    talk(socket, head, in);
                    return;
                }
                int at = head.indexOf("status=");
                String status = at < 0 ? "200" : head.substring(at + 7, at + 10);
                String body = status.equals("204") ? "" : head;
                String length = status.equals("204") ? "" : "Content-Length: " + body.length() + "\r\n";
                write(socket, "HTTP/1.1 " + status + " x\r\n" + length + "\r\n" + body);
            }
        } catch (IOException _) {
            // The proxy closed the connection, which is the test's matter.
        }
    }

    private void talk(java.net.Socket socket, String head, InputStream in) throws IOException {
        latest = socket;
        write(
                socket,
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: x\r\n\r\n");
        for (int c = in.read(); c >= 0; c = in.read()) {
            if (head.contains("?mute")) {
                heard.add(c);
            } else {
                write(socket, Character.toString(c));
            }
        }
    }

    private static void write(java.net.Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
