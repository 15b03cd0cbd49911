/* Copyright the Carrel authors. */
package dev.carrel.e2e;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The way from a port of this machine to the Docker engine's socket, which a test can shut: for one installation Docker is gone then. */
final class DockerDoor implements Closeable {
    private static final UnixDomainSocketAddress DOCKER = UnixDomainSocketAddress.of("/var/run/docker.sock");
    private final ServerSocket listener;
    private final List<Closeable> open = new CopyOnWriteArrayList<>();
    private volatile boolean shut;

    DockerDoor() throws IOException {
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    String address() {
        return "tcp://127.0.0.1:" + listener.getLocalPort();
    }

    /** Ends every connection and every one that is tried until {@link #open}. */
    void shut() throws IOException {
        shut = true;
        for (Closeable end : open) {
            end.close();
        }
        open.clear();
    }

    void open() {
        shut = false;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                if (shut) {
                    client.close();
                } else {
                    connect(client);
                }
            } catch (IOException e) {
                if (!listener.isClosed()) {
                    throw new AssertionError(e);
                }
            }
        }
    }

    private void connect(Socket client) throws IOException {
        SocketChannel docker = SocketChannel.open(StandardProtocolFamily.UNIX);
        docker.connect(DOCKER);
        open.add(client);
        open.add(docker);
        InputStream fromDocker = Channels.newInputStream(docker);
        OutputStream toDocker = Channels.newOutputStream(docker);
        pump(client.getInputStream(), toDocker, client, docker);
        pump(fromDocker, client.getOutputStream(), client, docker);
    }

    private static void pump(InputStream from, OutputStream to, Socket client, SocketChannel docker) {
        Thread.ofPlatform().daemon().start(() -> {
            try (client;
                    docker) {
                from.transferTo(to);
            } catch (IOException _) {
                // Either end went away: so does the other.
            }
        });
    }

    @Override
    public void close() throws IOException {
        listener.close();
        shut();
    }
}
