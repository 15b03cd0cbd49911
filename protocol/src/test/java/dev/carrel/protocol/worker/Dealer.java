/* Copyright the Carrel authors. */
package dev.carrel.protocol.worker;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A worker's end of a connection, as ZMTP 3.0 wants it, on a plain socket. For one thread. What a ZeroMQ library makes of our end is shown by the worker
 * program, which uses one.
 */
final class Dealer implements AutoCloseable {
    private static final int MORE = 1;
    private static final int LONG = 2;
    private static final int COMMAND = 4;
    private static final int PATIENCE_MILLIS = 20_000;

    private final WorkerCodec codec = new WorkerCodec();
    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;
    private boolean greeted;

    Dealer(int port) {
        this("", port);
    }

    Dealer(String identity, int port) {
        try {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(PATIENCE_MILLIS);
            in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
            out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
            greet();
            frame(COMMAND, ready(identity));
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Signature, version 3.0, mechanism NULL, no server, 31 bytes of nothing. */
    private void greet() throws IOException {
        byte[] greeting = new byte[64];
        greeting[0] = (byte) 0xff;
        greeting[9] = 0x7f;
        greeting[10] = 3;
        System.arraycopy("NULL".getBytes(US_ASCII), 0, greeting, 12, 4);
        out.write(greeting);
    }

    private static byte[] ready(String identity) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream command = new DataOutputStream(bytes)) {
            command.writeByte(5);
            command.write("READY".getBytes(US_ASCII));
            property(command, "Socket-Type", "DEALER");
            if (!identity.isEmpty()) {
                property(command, "Identity", identity);
            }
        }
        return bytes.toByteArray();
    }

    private static void property(DataOutputStream command, String name, String value) throws IOException {
        command.writeByte(name.length());
        command.write(name.getBytes(US_ASCII));
        command.writeInt(value.length());
        command.write(value.getBytes(US_ASCII));
    }

    private void frame(int flags, byte[] body) throws IOException {
        if (body.length > 255) {
            out.writeByte(flags | LONG);
            out.writeLong(body.length);
        } else {
            out.writeByte(flags);
            out.writeByte(body.length);
        }
        out.write(body);
    }

    void say(FromWorker message) {
        say(codec.encode(message));
    }

    void say(List<byte[]> frames) {
        try {
            for (int i = 0; i < frames.size(); i++) {
                frame(i < frames.size() - 1 ? MORE : 0, frames.get(i));
            }
            out.flush();
        } catch (SocketException _) {
            // The other end has closed; whoever waits for an answer is told.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void say(String name, String object) {
        say(List.of(name.getBytes(US_ASCII), object.getBytes(US_ASCII)));
    }

    /** The next message; waits for twenty seconds. */
    ToWorker hear() throws Exception {
        List<byte[]> frames = new ArrayList<>();
        try {
            boolean more = true;
            while (more) {
                if (!greeted) {
                    in.readFully(new byte[64]);
                    greeted = true;
                }
                int flags = in.readUnsignedByte();
                long length = (flags & LONG) == 0 ? in.readUnsignedByte() : in.readLong();
                byte[] body = in.readNBytes(Math.toIntExact(length));
                if ((flags & COMMAND) != 0) {
                    answer(body);
                } else {
                    frames.add(body);
                    more = (flags & MORE) != 0;
                }
            }
        } catch (SocketTimeoutException e) {
            throw new AssertionError("nothing came in twenty seconds", e);
        } catch (EOFException | SocketException e) {
            throw new AssertionError("the connection was closed", e);
        }
        return codec.decodeToWorker(frames);
    }

    /** A PING wants its context back; READY wants nothing. */
    private void answer(byte[] command) throws IOException {
        if (new String(command, US_ASCII).startsWith("\u0004PING")) {
            ByteArrayOutputStream pong = new ByteArrayOutputStream();
            pong.write("\u0004PONG".getBytes(US_ASCII));
            // Behind the name two bytes of time to live, then the context.
            pong.write(Arrays.copyOfRange(command, 7, command.length));
            frame(COMMAND, pong.toByteArray());
            out.flush();
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
