/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import io.netty.buffer.ByteBuf;

/**
 * Tells what a client says over a WebSocket from its pings and pongs, which browsers send by themselves. Looks at the heads of frames as their bytes pass and
 * keeps nothing. One event loop.
 */
final class ClientFrames {
    private static final int CLOSE = 8;
    private static final int MASK_LENGTH = 4;
    /** How many bytes of the head are still to come, by what was read of it. */
    private static final int BEGIN = -2;

    private static final int LENGTH = -1;

    /** {@link #BEGIN}, {@link #LENGTH}, or so many bytes of an extended length. */
    private int head = BEGIN;

    private long length;
    private boolean masked;
    /** Bytes of mask and payload that are still to pass. */
    private long rest;

    /** Whether a frame of text or data begins in these bytes, which stay as they are. */
    boolean data(ByteBuf bytes) {
        boolean data = false;
        int at = bytes.readerIndex();
        int end = bytes.writerIndex();
        while (at < end) {
            if (rest > 0) {
                int skipped = (int) Math.min(rest, end - at);
                rest -= skipped;
                at += skipped;
            } else {
                int octet = bytes.getUnsignedByte(at++);
                data |= head == BEGIN && (octet & 0x0F) < CLOSE;
                take(octet);
            }
        }
        return data;
    }

    private void take(int octet) {
        if (head == BEGIN) {
            head = LENGTH;
        } else if (head == LENGTH) {
            masked = (octet & 0x80) != 0;
            int small = octet & 0x7F;
            head = small == 126 ? 2 : small == 127 ? 8 : 0;
            length = head == 0 ? small : 0;
        } else {
            length = length << 8 | octet;
            head--;
        }
        if (head == 0) {
            head = BEGIN;
            // A length beyond all bounds is the receiver's to refuse.
            rest = Math.max(0, length) + (masked ? MASK_LENGTH : 0);
        }
    }
}
