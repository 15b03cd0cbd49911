/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpContent;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Objects;

/** Collects an answer's bytes into pieces and sends each once the client has room for it. One thread, the request's own. */
final class BodyOutput extends OutputStream {
    private static final int PIECE = 32 * 1024;

    private final Exchange exchange;
    private final long announced;
    private byte[] piece = new byte[1024];
    private int filled;
    private long written;
    private boolean finished;

    /** Announced is what Content-Length said; -1 for no such promise. */
    BodyOutput(Exchange exchange, long announced) {
        this.exchange = exchange;
        this.announced = announced;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (finished) {
            throw new IOException("the answer is finished");
        }
        written += length;
        if (announced >= 0 && written > announced) {
            throw new IOException("the answer is longer than the " + announced + " bytes announced");
        }
        int at = offset;
        int end = offset + length;
        while (at < end) {
            if (filled == PIECE) {
                flush();
            }
            int taken = Math.min(end - at, PIECE - filled);
            if (filled + taken > piece.length) {
                piece = Arrays.copyOf(piece, Math.min(PIECE, Math.max(filled + taken, piece.length * 4)));
            }
            System.arraycopy(bytes, at, piece, filled, taken);
            filled += taken;
            at += taken;
        }
    }

    @Override
    public void flush() throws IOException {
        if (filled == 0) {
            return;
        }
        try {
            exchange.gate().await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the client was slow");
        }
        exchange.send(new DefaultHttpContent(Unpooled.wrappedBuffer(Arrays.copyOf(piece, filled))));
        filled = 0;
    }

    /** Sends what is left; the answer must be as long as announced. */
    void finish() throws IOException {
        if (announced >= 0 && written < announced) {
            throw new IOException("the answer has " + written + " of the " + announced + " bytes announced");
        }
        flush();
        finished = true;
    }

    /** A handler may close it; what is unsent by then is still sent at the end. */
    @Override
    public void close() {}
}
