/* Copyright the Carrel authors. */
package dev.carrel.router;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** Speaks frames of HTTP/2 over TLS, so that a test can say and see what no client would. */
final class RawHttp2 implements AutoCloseable {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RESET = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW = 8;
    static final int CONTINUATION = 9;
    static final int END_STREAM = 1;
    static final int END_HEADERS = 4;
    private static final int ACK = 1;

    private final SSLSocket socket;
    private final DataInputStream in;
    private final DataOutputStream out;
    private final DefaultHttp2HeadersDecoder lists = new DefaultHttp2HeadersDecoder(false);

    /** One frame as it came. */
    record Frame(int type, int flags, int stream, byte[] payload) {
        boolean end() {
            return (type == DATA || type == HEADERS) && (flags & END_STREAM) != 0;
        }

        /** The error of a reset or a GOAWAY. */
        int error() {
            ByteBuf bytes = Unpooled.wrappedBuffer(payload);
            return bytes.getInt(type == GOAWAY ? 4 : 0);
        }

        String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }
    }

    /** An answer, whole. */
    record Answer(int status, Http2Headers headers, String text, Http2Headers trailers) {}

    RawHttp2(TestCertificates certificates, int port) throws Exception {
        socket = (SSLSocket) certificates.trusting().getSocketFactory().createSocket("127.0.0.1", port);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2"});
        socket.setSSLParameters(parameters);
        socket.setSoTimeout(20_000);
        socket.setTcpNoDelay(true);
        socket.startHandshake();
        if (!socket.getApplicationProtocol().equals("h2")) {
            throw new IOException("negotiated: " + socket.getApplicationProtocol());
        }
        in = new DataInputStream(socket.getInputStream());
        out = new DataOutputStream(socket.getOutputStream());
        out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        send(SETTINGS, 0, 0, new byte[0]);
    }

    RawHttp2 send(int type, int flags, int stream, byte... payload) throws IOException {
        ByteArrayOutputStream frame = new ByteArrayOutputStream(payload.length + 9);
        DataOutputStream bytes = new DataOutputStream(frame);
        bytes.writeByte(payload.length >> 16);
        bytes.writeShort(payload.length & 0xffff);
        bytes.writeByte(type);
        bytes.writeByte(flags);
        bytes.writeInt(stream);
        bytes.write(payload);
        out.write(frame.toByteArray());
        out.flush();
        return this;
    }

    /** A whole header list, as {@code name: value} each. */
    RawHttp2 headers(int stream, boolean end, String... lines) throws IOException {
        return send(HEADERS, END_HEADERS | (end ? END_STREAM : 0), stream, list(lines));
    }

    /** Like {@link #headers}, with the pseudo-headers of a request. */
    RawHttp2 request(int stream, boolean end, String method, String authority, String path, String... lines)
            throws IOException {
        String[] all = new String[lines.length + 4];
        all[0] = ":method: " + method;
        all[1] = ":scheme: https";
        all[2] = ":authority: " + authority;
        all[3] = ":path: " + path;
        System.arraycopy(lines, 0, all, 4, lines.length);
        return headers(stream, end, all);
    }

    /** Breaks a stream off. */
    RawHttp2 cancel(int stream) throws IOException {
        return send(RESET, 0, stream, new byte[] {0, 0, 0, 8});
    }

    RawHttp2 data(int stream, boolean end, String text) throws IOException {
        return send(DATA, end ? END_STREAM : 0, stream, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Literals without indexing: what a test writes is what goes over the wire. */
    static byte[] list(String... lines) {
        ByteArrayOutputStream list = new ByteArrayOutputStream();
        for (String line : lines) {
            int colon = line.indexOf(": ", 1);
            list.write(0);
            text(list, line.substring(0, colon));
            text(list, line.substring(colon + 2));
        }
        return list.toByteArray();
    }

    private static void text(ByteArrayOutputStream list, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        int length = bytes.length;
        if (length < 127) {
            list.write(length);
        } else {
            list.write(127);
            for (length -= 127; length >= 128; length /= 128) {
                list.write(length % 128 + 128);
            }
            list.write(length);
        }
        list.writeBytes(bytes);
    }

    /** The next frame, whatever it is. SETTINGS are confirmed. */
    Frame next() throws IOException {
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        int type = in.readUnsignedByte();
        int flags = in.readUnsignedByte();
        Frame frame = new Frame(type, flags, in.readInt(), in.readNBytes(length));
        if (type == SETTINGS && (flags & ACK) == 0) {
            send(SETTINGS, ACK, 0);
        }
        return frame;
    }

    /** The next frame of a stream, or the next GOAWAY. */
    Frame next(int stream) throws IOException {
        Frame frame = next();
        while (frame.stream() != stream && frame.type() != GOAWAY || frame.type() == WINDOW) {
            frame = next();
        }
        return frame;
    }

    Frame next(int stream, int type) throws IOException {
        Frame frame = next(stream);
        if (frame.type() != type) {
            throw new IOException("not of type " + type + ": " + frame + " error "
                    + (frame.payload().length >= 4 ? frame.error() : -1));
        }
        return frame;
    }

    /** The frame that ends the connection, past everything else. */
    Frame goAway() throws IOException {
        Frame frame = next();
        while (frame.type() != GOAWAY) {
            frame = next();
        }
        return frame;
    }

    Http2Headers decode(Frame headers) throws IOException {
        try {
            return lists.decodeHeaders(headers.stream(), Unpooled.wrappedBuffer(headers.payload()));
        } catch (io.netty.handler.codec.http2.Http2Exception e) {
            throw new IOException(e);
        }
    }

    /** Reads an answer to its end, and gives back what it took of the windows. */
    Answer answer(int stream) throws IOException {
        Frame first = next(stream, HEADERS);
        Http2Headers head = decode(first);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        Http2Headers trailers = new io.netty.handler.codec.http2.DefaultHttp2Headers();
        boolean end = first.end();
        while (!end) {
            Frame frame = next(stream);
            if (frame.type() == DATA) {
                body.writeBytes(frame.payload());
                give(stream, frame);
            } else if (frame.type() == HEADERS) {
                trailers = decode(frame);
            } else {
                throw new IOException("broken off: " + frame + " error " + frame.error());
            }
            end = frame.end();
        }
        return new Answer(
                Integer.parseInt(head.status().toString()), head, body.toString(StandardCharsets.UTF_8), trailers);
    }

    /** Gives back what a frame took of the windows. */
    void give(int stream, Frame data) throws IOException {
        int length = data.payload().length;
        if (length > 0) {
            byte[] more = Unpooled.buffer(4).writeInt(length).array();
            send(WINDOW, 0, 0, more);
            if (!data.end()) {
                send(WINDOW, 0, stream, more);
            }
        }
    }

    /** Whether the other side closes without saying more. */
    boolean closed() throws IOException {
        try {
            while (true) {
                next();
            }
        } catch (EOFException | SocketException | javax.net.ssl.SSLException _) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
