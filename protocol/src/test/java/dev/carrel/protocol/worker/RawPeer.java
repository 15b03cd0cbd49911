/* Copyright the Carrel authors. */
package dev.carrel.protocol.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;

/** Says bytes. */
final class RawPeer implements AutoCloseable {
    private final Socket socket;
    private final OutputStream out;
    private final DataInputStream in;

    RawPeer(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(20_000);
        out = socket.getOutputStream();
        in = new DataInputStream(socket.getInputStream());
    }

    void raw(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    void frame(int flags, byte[] bytes) throws IOException {
        raw(ByteBuffer.allocate(2 + bytes.length)
                .put((byte) flags)
                .put((byte) bytes.length)
                .put(bytes)
                .array());
    }

    void message(byte[]... frames) throws IOException {
        for (int i = 0; i < frames.length; i++) {
            frame(i < frames.length - 1 ? 1 : 0, frames[i]);
        }
    }

    void shakeHands(String type) throws IOException {
        raw(greeting("NULL"));
        in.readFully(new byte[64]);
        assertThat(new String(readFrame(), UTF_8)).startsWith("\u0005READY");
        ByteBuffer ready = ByteBuffer.allocate(64);
        ready.put("\u0005READY\u000bSocket-Type".getBytes(UTF_8)).putInt(type.length());
        ready.put(type.getBytes(UTF_8));
        byte[] bytes = new byte[ready.position()];
        ready.get(0, bytes);
        frame(4, bytes);
    }

    byte[] readFrame() throws IOException {
        in.readByte();
        byte[] bytes = new byte[in.readByte() & 0xff];
        in.readFully(bytes);
        return bytes;
    }

    /** Until the other end has closed. */
    void readToEnd() throws IOException {
        try {
            in.transferTo(OutputStream.nullOutputStream());
        } catch (EOFException | SocketException _) {
            // Closed with something unread is closed as well.
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    /** The first 64 bytes of a connection. */
    static byte[] greeting(String mechanism) {
        byte[] greeting = new byte[64];
        greeting[0] = (byte) 0xff;
        greeting[9] = 0x7f;
        greeting[10] = 3;
        byte[] name = mechanism.getBytes(UTF_8);
        System.arraycopy(name, 0, greeting, 12, name.length);
        return greeting;
    }
}
