/* Copyright the Carrel authors. */
package dev.carrel.protocol.zmtp;

import dev.carrel.protocol.name.Printable;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The bytes of ZMTP that are no messages: the greeting, READY, PING and PONG. */
final class ZmtpCommands {
    /** Bytes of a greeting. */
    static final int GREETING = 64;
    /** Of these as many say that it is one. */
    static final int SIGNATURE = 10;

    static final int MORE = 1;
    static final int LONG = 2;
    static final int COMMAND = 4;

    private static final int VERSION = 10;
    private static final int MECHANISM = 12;
    private static final int MECHANISM_LENGTH = 20;
    private static final int MAX_CONTEXT = 16;

    private ZmtpCommands() {}

    static byte[] greeting() {
        byte[] greeting = new byte[GREETING];
        greeting[0] = (byte) 0xff;
        greeting[8] = 1;
        greeting[9] = 0x7f;
        greeting[VERSION] = 3;
        greeting[VERSION + 1] = 1;
        byte[] mechanism = "NULL".getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(mechanism, 0, greeting, MECHANISM, mechanism.length);
        return greeting;
    }

    static void checkGreeting(byte[] greeting) throws ZmtpException {
        if (greeting[0] != (byte) 0xff || (greeting[9] & 1) == 0) {
            throw new ZmtpException("no ZeroMQ greeting");
        }
        if (greeting[VERSION] < 3) {
            throw new ZmtpException("ZMTP version " + greeting[VERSION] + " (expected: 3, as ZeroMQ speaks since 4.0)");
        }
        String mechanism = new String(greeting, MECHANISM, MECHANISM_LENGTH, StandardCharsets.ISO_8859_1);
        if (!mechanism.equals("NULL" + "\0".repeat(MECHANISM_LENGTH - 4))) {
            throw new ZmtpException(
                    "security mechanism " + Printable.quote(mechanism.replace("\0", "")) + " (expected: \"NULL\")");
        }
    }

    /** What we are: a command frame with its header. Said before we know who listens, and both DEALERs and REPs speak to a DEALER. */
    static byte[] ready() {
        ByteBuffer body = ByteBuffer.allocate(64);
        text(body, "READY");
        text(body, "Socket-Type");
        byte[] type = "DEALER".getBytes(StandardCharsets.US_ASCII);
        body.putInt(type.length).put(type);
        return command(Arrays.copyOf(body.array(), body.position()));
    }

    /**
     * What the peer says it is: DEALER or REP.
     *
     * @throws ZmtpException when it is anything else
     */
    static String peerType(byte[] command) throws ZmtpException {
        ByteBuffer in = ByteBuffer.wrap(command);
        try {
            if (!text(in).equals("READY")) {
                throw new ZmtpException("a command before READY");
            }
            String type = "";
            while (in.hasRemaining()) {
                String name = text(in);
                int length = in.getInt();
                if (length < 0 || length > in.remaining()) {
                    throw new ZmtpException("READY with a property longer than itself");
                }
                String value = new String(command, in.position(), length, StandardCharsets.ISO_8859_1);
                in.position(in.position() + length);
                if (name.equalsIgnoreCase("Socket-Type")) {
                    type = value;
                }
            }
            if (!type.equals("DEALER") && !type.equals("REP")) {
                throw new ZmtpException("socket type " + Printable.quote(type) + " (expected: \"DEALER\" or \"REP\")");
            }
            return type;
        } catch (BufferUnderflowException _) {
            throw new ZmtpException("READY that is cut short");
        }
    }

    /** The answer to a command in traffic: a PONG's frame for a PING, null for all others, which mean nothing to us. */
    static byte @Nullable [] answer(byte[] command) throws ZmtpException {
        ByteBuffer in = ByteBuffer.wrap(command);
        try {
            if (!text(in).equals("PING")) {
                return null;
            }
            in.getShort();
        } catch (BufferUnderflowException _) {
            throw new ZmtpException("a command that is cut short");
        }
        if (in.remaining() > MAX_CONTEXT) {
            throw new ZmtpException("PING with " + in.remaining() + " bytes (expected: at most " + MAX_CONTEXT + ")");
        }
        ByteBuffer pong = ByteBuffer.allocate(5 + in.remaining());
        text(pong, "PONG");
        pong.put(in);
        return command(pong.array());
    }

    private static byte[] command(byte[] body) {
        byte[] frame = new byte[body.length + 2];
        frame[0] = COMMAND;
        frame[1] = (byte) body.length;
        System.arraycopy(body, 0, frame, 2, body.length);
        return frame;
    }

    private static void text(ByteBuffer out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        out.put((byte) bytes.length).put(bytes);
    }

    private static String text(ByteBuffer in) {
        byte[] bytes = new byte[in.get() & 0xff];
        in.get(bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
