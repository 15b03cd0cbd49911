/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Keeps the first bytes of an answer and refuses the rest. Of one thread at a time. */
final class BoundedBody extends OutputStream {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final int most;

    /** @param most bytes that are kept */
    BoundedBody(int most) {
        this.most = most;
    }

    @Override
    public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
    }

    /** @throws IOException when not all of it fits; what fits is kept */
    @Override
    public void write(byte[] some, int offset, int length) throws IOException {
        int fits = Math.min(length, most - bytes.size());
        bytes.write(some, offset, fits);
        if (fits < length) {
            throw new IOException("more than " + most + " bytes");
        }
    }

    /** What is kept so far. */
    byte[] kept() {
        return bytes.toByteArray();
    }
}
