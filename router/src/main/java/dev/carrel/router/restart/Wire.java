/* Copyright the Carrel authors. */
package dev.carrel.router.restart;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Lines between two processes of one user. One thread, which it blocks. */
final class Wire implements AutoCloseable {
    /** The new one wants the place: the answer is {@link #RELEASED} once everything only one can have is free. */
    static final String TAKE_OVER = "take over";

    static final String RELEASED = "released";
    /** The new one serves. */
    static final String SERVING = "serving";
    /** From one that drains: the JSON list that follows names routes that were used there. */
    static final String ACTIVE = "active ";

    /** The same of routes whose sessions somebody used there. */
    static final String USED = "used ";

    private final SocketChannel channel;
    private final BufferedReader reader;

    Wire(SocketChannel channel) {
        this.channel = channel;
        this.reader =
                new BufferedReader(new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8));
    }

    /** Whoever listens there; fails when nobody does. */
    static Wire to(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
            return new Wire(channel);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    void send(String line) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** The next line, however long it takes. */
    String receive() throws IOException {
        String line = reader.readLine();
        if (line == null) {
            throw new EOFException("the other router is gone");
        }
        return line;
    }

    /** The next line, if it comes in time; else the connection ends. */
    String receive(Duration atMost) throws IOException {
        AtomicBoolean done = new AtomicBoolean();
        CompletableFuture.delayedExecutor(atMost.toNanos(), TimeUnit.NANOSECONDS)
                .execute(() -> {
                    if (!done.get()) {
                        close();
                    }
                });
        try {
            return receive();
        } finally {
            done.set(true);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException _) {
            // It is as good as closed.
        }
    }
}
