/* Copyright the Carrel authors. */
package dev.carrel.http.multipart;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Takes one part's content: in memory as long as it is small, then into a temporary file only we can read. One thread. */
final class Spool extends OutputStream {
    private final int maxInMemory;
    private final long max;
    private final ByteArrayOutputStream memory = new ByteArrayOutputStream();
    private @Nullable Path file;
    private @Nullable OutputStream out;
    private long size;
    private boolean kept;

    /** The content is larger than what is left of the total. */
    static final class FullException extends IOException {
        private static final long serialVersionUID = 1L;
    }

    Spool(int maxInMemory, long max) {
        this.maxInMemory = maxInMemory;
        this.max = max;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        size += length;
        if (size > max) {
            throw new FullException();
        }
        if (out == null && size > maxInMemory) {
            // Created with mode 0600.
            file = Files.createTempFile("carrel-upload-", ".part");
            out = Files.newOutputStream(file);
            memory.writeTo(out);
            memory.reset();
        }
        (out == null ? memory : out).write(bytes, offset, length);
    }

    /** Hands the content over; without this, closing throws it away. */
    Part toPart(PartHeader header) throws IOException {
        if (out != null) {
            out.close();
        }
        Part part = new Part(header, memory.toByteArray(), file, size);
        kept = true;
        return part;
    }

    @Override
    public void close() throws IOException {
        try {
            if (out != null) {
                out.close();
            }
        } finally {
            if (!kept && file != null) {
                Files.deleteIfExists(file);
            }
        }
    }
}
