/* Copyright the Carrel authors. */
package dev.carrel.router;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A small server of bytes, in the place of a session, the engine or a stock hub: a script says what it answers, request by request. */
final class Backend implements AutoCloseable {
    private final ServerSocket listening;
    private final Script script;
    private final AtomicInteger connections = new AtomicInteger();
    private final BlockingQueue<Seen> seen = new LinkedBlockingQueue<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    /** What arrived, byte for byte: the request line and header lines. */
    record Seen(String line, List<String> lines, RawClient wire) {
        String target() {
            return line.split(" ")[1];
        }

        Optional<String> header(String name) {
            String start = name.toLowerCase(Locale.ROOT) + ":";
            return lines.stream()
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(start))
                    .map(line -> line.substring(start.length()).strip())
                    .findFirst();
        }

        /** Reads the body as its header tells. */
        String body() throws IOException {
            if (header("Transfer-Encoding").isPresent()) {
                StringBuilder body = new StringBuilder();
                for (String chunk = wire.chunk(); !chunk.isEmpty(); chunk = wire.chunk()) {
                    body.append(chunk);
                }
                return body.toString();
            }
            return wire.text(Integer.parseInt(header("Content-Length").orElse("0")));
        }
    }

    /** Answers one request; throwing closes the connection. */
    interface Script {
        void serve(Seen request, RawClient wire) throws Exception;
    }

    private Backend(int port, Script script) throws IOException {
        this.listening = new ServerSocket(port, 100, InetAddress.getLoopbackAddress());
        this.script = script;
        Thread.ofVirtual().start(this::accept);
    }

    static Backend of(Script script) throws IOException {
        return new Backend(0, script);
    }

    /** On a port of the test's choice, the engine's for example. */
    static Backend at(int port, Script script) throws IOException {
        return new Backend(port, script);
    }

    /** Answers everything with 200 and this text. */
    static Backend saying(String text) throws IOException {
        return of((request, wire) -> {
            request.body();
            wire.send(ok(text));
        });
    }

    static String ok(String text) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + text.length() + "\r\n\r\n" + text;
    }

    int port() {
        return listening.getLocalPort();
    }

    String url() {
        return "http://127.0.0.1:" + port();
    }

    int connections() {
        return connections.get();
    }

    /** Requests that came and were not looked at yet. */
    int unseen() {
        return seen.size();
    }

    /** The next request that came. */
    Seen next() throws InterruptedException {
        Seen next = seen.poll(20, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("no request came");
        }
        return next;
    }

    void forget() {
        seen.clear();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listening.accept();
                connections.incrementAndGet();
                open.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            }
        } catch (IOException _) {
            // Closed.
        }
    }

    private void serve(Socket socket) {
        try (socket;
                RawClient wire = new RawClient(socket)) {
            for (Optional<String> line = wire.maybeLine(); line.isPresent(); line = wire.maybeLine()) {
                Seen request = new Seen(line.get(), wire.lines(), wire);
                seen.add(request);
                script.serve(request, wire);
            }
        } catch (Exception _) {
            // The script or the router ended the connection; what that means is the test's matter.
        } finally {
            open.remove(socket);
        }
    }

    /** Stops listening and closes every connection. */
    void die() throws IOException {
        close();
    }

    @Override
    public void close() throws IOException {
        listening.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
