/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.dynamodb;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The way to a server, which can be cut: whatever is on it is lost, and nobody gets through until it is mended. DynamoDB does not forget what it has
 * answered when its ways break; DynamoDBLocal answers before its file has the write, and forgets it when it is killed.
 */
final class Cable implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final int target;
    private final int port;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile ServerSocket door;
    private volatile Thread acceptor;

    Cable(int target) {
        this.target = target;
        door = open(0);
        port = door.getLocalPort();
    }

    private ServerSocket open(int at) {
        try {
            ServerSocket opened = new ServerSocket();
            opened.setReuseAddress(true);
            opened.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), at), 200);
            acceptor = Thread.ofVirtual().start(() -> accept(opened));
            return opened;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return port;
    }

    private void accept(ServerSocket from) {
        while (!from.isClosed()) {
            try {
                Socket near = from.accept();
                open.add(near);
                Socket far = new Socket(InetAddress.getLoopbackAddress(), target);
                open.add(far);
                Thread.ofVirtual().start(() -> pump(near, far));
                Thread.ofVirtual().start(() -> pump(far, near));
                if (from.isClosed()) {
                    // Cut in this very moment.
                    near.close();
                    far.close();
                }
            } catch (IOException _) {
                // The door was closed, or who came is gone again.
            }
        }
    }

    private void pump(Socket from, Socket to) {
        try (from;
                to;
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            in.transferTo(out);
        } catch (IOException _) {
            // Cut, or closed by one of the two.
        } finally {
            open.remove(from);
            open.remove(to);
        }
    }

    void cut() {
        close();
    }

    void mend() {
        door = open(port);
    }

    @Override
    public void close() {
        try {
            door.close();
            // Until it has left accept, the system still lets one more in, and nobody else can have the port.
            if (!acceptor.join(PATIENCE)) {
                throw new IllegalStateException("the cable is not cut");
            }
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
