/* Copyright the Carrel authors. */
package dev.carrel.router;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;

/** A TLS client's first message in bytes, and what a server says to it: libraries no longer offer what a server must refuse. */
final class ClientHello {
    static final int STATUS_REQUEST = 5;
    static final int HEARTBEAT = 15;
    static final int RENEGOTIATION_INFO = 0xff01;

    private static final int SUPPORTED_VERSIONS = 43;
    private static final int ALERT = 21;
    private static final int HANDSHAKE = 22;

    private final int version;
    private final int[] suites;
    private final ByteArrayOutputStream extensions = new ByteArrayOutputStream();
    private byte[] compressions = {0};

    /**
     * An alert, or the head of an agreement.
     *
     * @param alert its number; -1 for none
     * @param random the server's
     * @param extensions which it answered
     */
    record Answer(int alert, int version, int suite, int compression, byte[] random, Set<Integer> extensions) {
        boolean agreed() {
            return alert < 0;
        }
    }

    /** Of an old version, up to 1.2. */
    ClientHello(int version, int... suites) throws IOException {
        this.version = version;
        this.suites = suites.clone();
        // Curves and groups: X25519, P-256, P-384, ffdhe2048.
        extension(10, 0, 8, 0, 29, 0, 23, 0, 24, 1, 0);
        extension(11, 1, 0);
        // ECDSA, RSA-PSS and RSA, with SHA-256 and SHA-1.
        extension(13, 0, 12, 4, 3, 8, 4, 4, 1, 2, 3, 2, 1, 2, 2);
        extension(RENEGOTIATION_INFO, 0);
    }

    /** As TLS 1.3 offers versions. */
    ClientHello offering(int one) throws IOException {
        return extension(SUPPORTED_VERSIONS, 2, one >> 8, one & 0xff);
    }

    ClientHello compressing(int... methods) {
        compressions = bytes(methods);
        return this;
    }

    ClientHello extension(int number, int... content) throws IOException {
        DataOutputStream out = new DataOutputStream(extensions);
        out.writeShort(number);
        out.writeShort(content.length);
        out.write(bytes(content));
        return this;
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int at = 0; at < values.length; at++) {
            bytes[at] = (byte) values[at];
        }
        return bytes;
    }

    byte[] bytes() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(body);
        out.writeShort(version);
        out.write(new byte[32]);
        out.writeByte(0);
        out.writeShort(suites.length * 2);
        for (int suite : suites) {
            out.writeShort(suite);
        }
        out.writeByte(compressions.length);
        out.write(compressions);
        out.writeShort(extensions.size());
        extensions.writeTo(out);
        ByteArrayOutputStream record = new ByteArrayOutputStream();
        out = new DataOutputStream(record);
        out.writeByte(HANDSHAKE);
        out.writeShort(0x0301);
        out.writeShort(body.size() + 4);
        out.writeInt(1 << 24 | body.size());
        body.writeTo(out);
        return record.toByteArray();
    }

    /** Says it on a connection of its own. */
    Answer to(int port) throws IOException {
        try (RawClient client = new RawClient(port)) {
            client.send(bytes());
            byte[] head = client.bytes(5);
            byte[] record = client.bytes(ByteBuffer.wrap(head).getShort(3));
            return switch (head[0]) {
                case ALERT -> new Answer(record[1], 0, 0, 0, new byte[0], Set.of());
                case HANDSHAKE -> agreement(ByteBuffer.wrap(record));
                default -> throw new EOFException("a record of type " + head[0]);
            };
        }
    }

    private static Answer agreement(ByteBuffer hello) {
        int version = hello.getShort(4) & 0xffff;
        byte[] random = new byte[32];
        hello.get(6, random);
        hello.position(39 + hello.get(38));
        int suite = hello.getShort() & 0xffff;
        int compression = hello.get();
        Set<Integer> extensions = new HashSet<>();
        int end = hello.getShort() + hello.position();
        while (hello.position() < end) {
            extensions.add(hello.getShort() & 0xffff);
            int length = hello.getShort();
            hello.position(hello.position() + length);
        }
        return new Answer(-1, version, suite, compression, random, extensions);
    }
}
