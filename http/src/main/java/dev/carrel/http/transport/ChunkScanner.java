/* Copyright the Carrel authors. */
package dev.carrel.http.transport;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Walks a chunked body beside the decoder and looks at each size line and at the trailers before the decoder does: at most 16 hex
 * digits, short extensions without quotes, lines that end with CR LF. It never decides where a chunk ends for anybody; if it and the
 * decoder ever disagreed, the next size line would not parse and the connection would be refused. Event loop only.
 */
final class ChunkScanner {
    private static final int MAX_SIZE_LINE = 256;
    private static final int MAX_HEX_DIGITS = 16;

    private final HeadScanner trailers;
    /** Bytes until the next size line: rest of this one, its data and the CR LF after them. */
    private long rest;

    private boolean inTrailers;
    private boolean lastSizeLine;
    private @Nullable Refusal refusal;

    ChunkScanner(StrictHttpLimits limits) {
        // Trailers begin with the first header line.
        trailers = new HeadScanner(limits, new RequestLine(limits));
    }

    void reset() {
        rest = 0;
        inTrailers = false;
        lastSizeLine = false;
        refusal = null;
    }

    @Nullable
    Refusal refusal() {
        return refusal;
    }

    /** Whether the decoder may look at what is in the buffer. */
    boolean ready(ByteBuf in) {
        if (rest > 0) {
            return true;
        }
        return inTrailers ? trailersReady(in) : sizeLineReady(in);
    }

    /** The decoder took so many bytes. It never takes more than one chunk in one go. */
    void consumed(int bytes) {
        rest -= bytes;
        if (lastSizeLine && rest <= 0) {
            inTrailers = true;
        }
    }

    private boolean trailersReady(ByteBuf in) {
        trailers.scan(in);
        refusal = trailers.refusal();
        return refusal == null && trailers.complete();
    }

    private boolean sizeLineReady(ByteBuf in) {
        int start = in.readerIndex();
        int searched = Math.min(in.readableBytes(), MAX_SIZE_LINE);
        int lineFeed = in.indexOf(start, start + searched, (byte) '\n');
        if (lineFeed < 0) {
            if (searched == MAX_SIZE_LINE) {
                bad("The size line of a chunk is longer than " + MAX_SIZE_LINE + " bytes.");
            }
            return false;
        }
        int end = lineFeed - 1;
        if (end < start || in.getByte(end) != '\r') {
            bad("The size line of a chunk does not end with CR LF.");
            return false;
        }
        long size = size(in, start, end);
        if (refusal != null) {
            return false;
        }
        int line = lineFeed + 1 - start;
        lastSizeLine = size == 0;
        if (lastSizeLine) {
            rest = line;
            trailers.resetForTrailers();
        } else {
            rest = line + size + 2;
        }
        return true;
    }

    private long size(ByteBuf in, int start, int end) {
        long size = 0;
        int at = start;
        while (at < end && Character.digit(in.getByte(at), 16) >= 0) {
            size = size * 16 + Character.digit(in.getByte(at), 16);
            at++;
        }
        if (at == start || at - start > MAX_HEX_DIGITS || size < 0 || size > Integer.MAX_VALUE) {
            bad("The size of a chunk is not a hexadecimal number below 2^31.");
        } else if (at < end) {
            extension(in, at, end);
        }
        return size;
    }

    /** The extension's meaning is nobody's; only its spelling must not be read differently by anyone. */
    private void extension(ByteBuf in, int start, int end) {
        if (in.getByte(start) != ';') {
            bad("The size of a chunk is not a hexadecimal number below 2^31.");
            return;
        }
        for (int at = start; at < end; at++) {
            int c = in.getByte(at) & 0xff;
            if (c <= ' ' || c >= 0x7f || c == '"' || c == '\\') {
                bad("A chunk extension holds a character that is not allowed.");
                return;
            }
        }
    }

    private void bad(String message) {
        refusal = Refusal.badRequest("http.chunk", message);
    }
}
