/* Copyright the Carrel authors. */
package dev.carrel.protocol.zmtp;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;

/**
 * One peer. Messages are written by whoever sends them, at once when the kernel takes them: no other thread has to wake up for it. Those that are sent
 * from the server's own thread are written together when it has read what there is. {@link #send} and {@link #close} may be called from any thread.
 */
public final class ZmtpConnection {
    /** Short messages are put into one buffer, so that each is one write. */
    private static final int TOGETHER = 8 * 1024;
    /** The kernel is given no more at once: the JDK copies it to memory outside the heap and keeps that. */
    private static final int WRITE = 256 * 1024;

    private static final int BUFFERS = 16;

    private final long id;
    private final ZmtpServer server;
    private final SocketChannel channel;
    private final SelectionKey key;
    private final ZmtpReader reader;
    private final long limit;
    private final String address;

    // Guarded by this.
    private final ArrayDeque<ByteBuffer> queue = new ArrayDeque<>();
    private long queued;
    private volatile boolean closing;
    private volatile boolean broken;

    // The server's thread's own.
    private long deadline;
    private boolean ending;
    private boolean open;
    private boolean spoken;
    private volatile boolean replies;
    private boolean marked;

    ZmtpConnection(
            long id, ZmtpServer server, SocketChannel channel, SelectionKey key, ZmtpLimits limits, String address) {
        this.id = id;
        this.server = server;
        this.channel = channel;
        this.key = key;
        this.limit = limits.queued();
        this.address = address;
        reader = new ZmtpReader(limits.frames(), limits.firstFrame());
        deadline = System.nanoTime() + limits.handshake().toNanos();
    }

    /** Unique among all connections of the server, never used again. */
    public long id() {
        return id;
    }

    /** Whence it comes, for logs. */
    public String address() {
        return address;
    }

    /** Whether the peer is a REP: it answers each message by one, in their order, and says nothing by itself. */
    public boolean replies() {
        return replies;
    }

    /** Lets frames have so many bytes from now on. */
    public void allow(int bytes) {
        reader.allow(bytes);
    }

    /**
     * Sends a message; never waits for the peer. The arrays must not be changed afterwards.
     *
     * @return false when it is not sent, for the connection is gone or closing, or more than the limit waits
     */
    public boolean send(List<byte[]> frames) {
        long size = 0;
        int copied = 0;
        for (byte[] frame : frames) {
            size += frame.length + 9L;
            copied += frame.length < TOGETHER ? frame.length + 9 : 9;
        }
        synchronized (this) {
            if (closing || broken || queued > 0 && queued + size > limit) {
                return false;
            }
            int room = server.isOwnThread() || !queue.isEmpty() ? Math.max(copied, TOGETHER) : copied;
            for (int i = 0; i < frames.size(); i++) {
                append(room, frames.get(i), i < frames.size() - 1 ? ZmtpCommands.MORE : 0);
            }
            writeSoon();
        }
        return true;
    }

    /** Sends what is queued, for a second at most, and closes. What still comes is dropped. Closing twice is fine. */
    public void close() {
        synchronized (this) {
            closing = true;
        }
        server.look(this);
    }

    /** Whether {@link #close} was called. */
    public boolean isClosing() {
        return closing;
    }

    private void append(int room, byte[] frame, int flags) {
        ByteBuffer tail = queue.peekLast();
        int needed = frame.length < TOGETHER ? frame.length + 9 : 9;
        if (tail == null || tail.isReadOnly() || tail.capacity() - tail.limit() < needed) {
            tail = ByteBuffer.allocate(room).limit(0);
            queue.add(tail);
        }
        // Between position and limit lies what is to be written; new bytes go behind the limit.
        int at = tail.limit();
        tail.limit(tail.capacity());
        if (frame.length < 256) {
            tail.put(at++, (byte) flags).put(at++, (byte) frame.length);
        } else {
            tail.put(at++, (byte) (flags | ZmtpCommands.LONG)).putLong(at, frame.length);
            at += 8;
        }
        if (frame.length < TOGETHER) {
            tail.put(at, frame);
            at += frame.length;
        } else {
            // Read-only: nothing may be put behind it into an array that is the caller's.
            queue.add(ByteBuffer.wrap(frame).asReadOnlyBuffer());
        }
        tail.limit(at);
        queued += frame.length + 9L;
    }

    private void writeSoon() {
        if (server.isOwnThread()) {
            mark();
        } else if ((key.interestOps() & SelectionKey.OP_WRITE) == 0) {
            write();
        }
    }

    // On the server's thread.
    private void mark() {
        if (!marked) {
            marked = true;
            server.writeLater(this);
        }
    }

    /** Writes what was sent from the server's thread meanwhile. */
    void writeMarked() {
        marked = false;
        write();
    }

    /** Writes what the kernel takes; the rest when it takes more. */
    synchronized void write() {
        try {
            while (!queue.isEmpty() && !broken) {
                if (!writeSome()) {
                    key.interestOpsOr(SelectionKey.OP_WRITE);
                    server.wake();
                    return;
                }
            }
            if (key.isValid() && (key.interestOps() & SelectionKey.OP_WRITE) != 0) {
                key.interestOpsAnd(~SelectionKey.OP_WRITE);
            }
        } catch (IOException | java.nio.channels.CancelledKeyException _) {
            broken = true;
        }
        if (closing || broken) {
            server.look(this);
        }
    }

    /** False when the kernel took less than it was given. */
    private boolean writeSome() throws IOException {
        ByteBuffer head = queue.getFirst();
        int given = 0;
        long written;
        if (head.remaining() > WRITE) {
            given = WRITE;
            written = channel.write(head.slice(head.position(), WRITE));
            head.position(head.position() + (int) written);
        } else {
            ByteBuffer[] buffers = new ByteBuffer[Math.min(BUFFERS, queue.size())];
            int count = 0;
            for (ByteBuffer buffer : queue) {
                if (count == buffers.length || count > 0 && given + buffer.remaining() > WRITE) {
                    break;
                }
                given += buffer.remaining();
                buffers[count++] = buffer;
            }
            written = count == 1 ? channel.write(buffers[0]) : channel.write(buffers, 0, count);
        }
        for (ByteBuffer first = queue.peekFirst(); first != null && !first.hasRemaining(); first = queue.peekFirst()) {
            queue.removeFirst();
        }
        queued = queue.isEmpty() ? 0 : Math.max(1, queued - written);
        return written == given;
    }

    // What follows is the server's thread's alone.

    SelectionKey key() {
        return key;
    }

    /** Whether the handler knows it. */
    boolean isOpen() {
        return open;
    }

    /** Whether it has to go now. */
    synchronized boolean isDone(long now) {
        return broken
                || closing && (queue.isEmpty() || now - deadline > 0)
                || !closing && !spoken && now - deadline > 0;
    }

    /** Whether something has to happen by its deadline. */
    boolean waits() {
        return !spoken || isClosing();
    }

    /** Gives a connection that is closing its time to send what is queued. */
    void lastDeadline(long nanos) {
        if (!ending) {
            ending = true;
            deadline = nanos;
        }
    }

    /** Marks it as gone, so that nothing is sent any more. */
    synchronized void broken() {
        broken = true;
        queue.clear();
    }

    /**
     * Reads once.
     *
     * @throws IOException when the connection is gone
     */
    void read(ByteBuffer buffer, ZmtpServer.Handler handler) throws IOException, ZmtpException {
        buffer.clear();
        if (channel.read(buffer) < 0) {
            throw new java.io.EOFException("closed by the peer");
        }
        buffer.flip();
        reader.take(buffer, new Incoming(handler));
    }

    private synchronized void sendRaw(byte[] bytes) {
        if (!broken) {
            queue.add(ByteBuffer.wrap(bytes).asReadOnlyBuffer());
            queued += bytes.length;
            mark();
        }
    }

    private final class Incoming implements ZmtpReader.Sink {
        private final ZmtpServer.Handler handler;

        Incoming(ZmtpServer.Handler handler) {
            this.handler = handler;
        }

        @Override
        public void signature() {
            byte[] greeting = ZmtpCommands.greeting();
            sendRaw(Arrays.copyOfRange(greeting, ZmtpCommands.SIGNATURE, greeting.length));
        }

        @Override
        public void greeting(byte[] bytes) throws ZmtpException {
            ZmtpCommands.checkGreeting(bytes);
            sendRaw(ZmtpCommands.ready());
        }

        @Override
        public void command(byte[] bytes) throws ZmtpException {
            if (!open) {
                replies = ZmtpCommands.peerType(bytes).equals("REP");
                open = true;
                handler.opened(ZmtpConnection.this);
                return;
            }
            byte[] answer = ZmtpCommands.answer(bytes);
            if (answer != null) {
                sendRaw(answer);
            }
        }

        @Override
        public void message(List<byte[]> frames) throws ZmtpException {
            if (!open) {
                throw new ZmtpException("a message before READY");
            }
            if (!isClosing()) {
                spoken = true;
                handler.message(ZmtpConnection.this, frames);
            }
        }
    }

    /** Begins to greet; the rest follows when the peer has begun, as libraries do it. */
    void greet() {
        sendRaw(Arrays.copyOf(ZmtpCommands.greeting(), ZmtpCommands.SIGNATURE));
    }
}
