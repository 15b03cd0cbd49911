/* Copyright the Carrel authors. */
package dev.carrel.protocol.zmtp;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Makes greeting, commands and messages out of a stream of bytes. Nothing is kept that the limits do not allow. Not thread-safe. */
final class ZmtpReader {
    /** Told of what is whole. */
    interface Sink {
        void signature();

        void greeting(byte[] bytes) throws ZmtpException;

        void command(byte[] bytes) throws ZmtpException;

        void message(List<byte[]> frames) throws ZmtpException;
    }

    private static final int MAX_COMMAND = 4096;

    private final byte[] header = new byte[9];
    private final int maxFrames;
    private int headed;
    private byte[] part = new byte[ZmtpCommands.GREETING];
    private int filled;
    private boolean signed;
    private boolean greeted;
    private boolean inPart = true;
    private List<byte[]> frames = new ArrayList<>(3);
    private volatile int maxFrame;

    ZmtpReader(int maxFrames, int maxFrame) {
        this.maxFrames = maxFrames;
        this.maxFrame = maxFrame;
    }

    /** Bytes that a frame may have from now on. */
    void allow(int bytes) {
        maxFrame = bytes;
    }

    /** Takes all that is there. */
    void take(ByteBuffer in, Sink sink) throws ZmtpException {
        while (in.hasRemaining() || inPart && filled == part.length) {
            if (!inPart) {
                begin(in);
                continue;
            }
            int count = Math.min(in.remaining(), part.length - filled);
            in.get(part, filled, count);
            filled += count;
            if (!signed && filled >= ZmtpCommands.SIGNATURE) {
                signed = true;
                sink.signature();
            }
            if (filled == part.length) {
                finish(sink);
            }
        }
    }

    private void begin(ByteBuffer in) throws ZmtpException {
        header[headed++] = in.get();
        boolean isLong = (header[0] & ZmtpCommands.LONG) != 0;
        if (headed < (isLong ? 9 : 2)) {
            return;
        }
        if ((header[0] & 0xf8) != 0) {
            throw new ZmtpException("flags " + (header[0] & 0xff) + " (expected: 0 to 7)");
        }
        long size = isLong ? ByteBuffer.wrap(header, 1, 8).getLong() : header[1] & 0xff;
        boolean command = (header[0] & ZmtpCommands.COMMAND) != 0;
        int most = command ? MAX_COMMAND : maxFrame;
        if (size < 0 || size > most) {
            throw new ZmtpException(
                    "a frame of " + Long.toUnsignedString(size) + " bytes (expected: at most " + most + ")");
        }
        if (!command && frames.size() == maxFrames) {
            throw new ZmtpException("a message of more than " + maxFrames + " frames");
        }
        part = new byte[(int) size];
        filled = 0;
        headed = 0;
        inPart = true;
    }

    private void finish(Sink sink) throws ZmtpException {
        byte[] whole = part;
        inPart = false;
        part = new byte[0];
        filled = 0;
        if (!greeted) {
            greeted = true;
            sink.greeting(whole);
        } else if ((header[0] & ZmtpCommands.COMMAND) != 0) {
            sink.command(whole);
        } else {
            frames.add(whole);
            if ((header[0] & ZmtpCommands.MORE) == 0) {
                List<byte[]> message = frames;
                frames = new ArrayList<>(3);
                sink.message(message);
            }
        }
    }
}
