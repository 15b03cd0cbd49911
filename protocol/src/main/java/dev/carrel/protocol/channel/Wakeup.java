/* Copyright the Carrel authors. */
package dev.carrel.protocol.channel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.concurrent.atomic.AtomicBoolean;

/** Lets any thread wake the one that polls a socket: ZeroMQ sockets must not be touched by two threads. */
final class Wakeup implements AutoCloseable {
    private final Pipe pipe;
    private final AtomicBoolean signalled = new AtomicBoolean();

    Wakeup() {
        try {
            pipe = Pipe.open();
            pipe.source().configureBlocking(false);
            pipe.sink().configureBlocking(false);
        } catch (IOException e) {
            throw new UncheckedIOException("opening a pipe", e);
        }
    }

    Pipe.SourceChannel source() {
        return pipe.source();
    }

    /** Wakes the poller; cheap when it is already due to wake. */
    void signal() {
        if (signalled.compareAndSet(false, true)) {
            try {
                pipe.sink().write(ByteBuffer.wrap(new byte[] {1}));
            } catch (java.nio.channels.ClosedChannelException _) {
                // The poller is gone and needs no waking.
            } catch (IOException e) {
                throw new UncheckedIOException("waking the message thread", e);
            }
        }
    }

    /** Called by the poller before it looks at its queue. */
    void drain() throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(64);
        while (pipe.source().read(buffer) > 0) {
            buffer.clear();
        }
        // Only now: a signal that came while the pipe was being emptied must not lose its byte and yet count as given.
        // What it told of
        // is in the queue already, and the poller looks there next.
        signalled.set(false);
    }

    @Override
    public void close() throws IOException {
        pipe.sink().close();
        pipe.source().close();
    }
}
