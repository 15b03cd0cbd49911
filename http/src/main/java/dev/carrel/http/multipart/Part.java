/* Copyright the Carrel authors. */
package dev.carrel.http.multipart;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One part of a form. Readable until its {@link Multipart} is closed; any thread. */
public final class Part {
    private final String name;
    private final @Nullable String fileName;
    private final String contentType;
    private final byte[] bytes;
    private final @Nullable Path file;
    private final long size;

    Part(PartHeader header, byte[] bytes, @Nullable Path file, long size) {
        this.name = header.name();
        this.fileName = header.fileName();
        this.contentType = header.contentType();
        this.bytes = bytes;
        this.file = file;
        this.size = size;
    }

    /** The field's name. */
    public String name() {
        return name;
    }

    /** The file name the client gave, as it is: never to be used as a path. */
    public Optional<String> fileName() {
        return Optional.ofNullable(fileName);
    }

    /** What the client says it is; {@code text/plain} when it says nothing. */
    public String contentType() {
        return contentType;
    }

    /** Bytes of content. */
    public long size() {
        return size;
    }

    /** The content from its beginning; may be opened again. */
    public InputStream open() throws IOException {
        return file == null ? new ByteArrayInputStream(bytes) : Files.newInputStream(file);
    }

    /**
     * The content as UTF-8.
     *
     * @throws MultipartException when it is larger than {@code max} bytes
     */
    public String text(int max) throws IOException, MultipartException {
        if (size > max) {
            throw MultipartException.tooLarge("The field " + name + " is larger than " + max + " bytes.");
        }
        try (InputStream in = open()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    void discard() throws IOException {
        if (file != null) {
            Files.deleteIfExists(file);
        }
    }
}
