/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import dev.carrel.http.multipart.Multipart;
import dev.carrel.http.multipart.MultipartException;
import dev.carrel.http.multipart.MultipartLimits;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A request's body, read by the handler's thread while it arrives: reading blocks until there are bytes, and while nobody reads, the client
 * is not read from either. Never larger than the route allows: past that every way of reading it throws {@link HttpFailure} 413. Throws
 * {@link ClientGoneException} when the client goes before its end. A handler that does not read it need do nothing.
 */
public final class RequestBody implements AutoCloseable {
    private static final int MAX_FORM = 1024 * 1024;
    private static final byte[] NOTHING = {};

    private final Headers headers;
    private final BodyQueue queue;
    private final long limit;
    private boolean opened;
    private byte @Nullable [] bytes;
    private @Nullable Parameters form;
    private @Nullable Multipart multipart;

    RequestBody(Headers headers, BodyQueue queue, long limit) {
        this.headers = headers;
        this.queue = queue;
        this.limit = limit;
    }

    /** The length the client announced; none for a chunked body. */
    public OptionalLong announcedLength() {
        return headers.first("Content-Length")
                .map(text -> OptionalLong.of(Long.parseLong(text)))
                .orElseGet(() -> queue.ended() && queue.received() == 0 ? OptionalLong.of(0) : OptionalLong.empty());
    }

    /** The Content-Type without its parameters, in small letters; empty when there is none. */
    public String contentType() {
        String full = headers.first("Content-Type").orElse("");
        int semicolon = full.indexOf(';');
        return (semicolon < 0 ? full : full.substring(0, semicolon)).strip().toLowerCase(Locale.ROOT);
    }

    /**
     * The bytes as they arrive. May be asked for once, and not after {@link #bytes}.
     *
     * @throws IllegalStateException when the body has been read another way: a mistake in our code
     */
    public InputStream stream() {
        if (opened) {
            throw new IllegalStateException("the body has been read already");
        }
        opened = true;
        return queue.stream();
    }

    /**
     * All of it. May be asked for again.
     *
     * @param max bytes at most, even if the route allows more
     * @throws HttpFailure 413 when it is larger
     */
    public byte[] bytes(int max) throws IOException {
        if (bytes == null) {
            long atMost = Math.min(max, limit);
            if (announcedLength().orElse(0) > atMost) {
                throw BodyQueue.tooLarge(atMost);
            }
            try (InputStream in = stream()) {
                byte[] read = in.readNBytes((int) Math.min(atMost + 1, Integer.MAX_VALUE - 8));
                if (read.length > atMost) {
                    throw BodyQueue.tooLarge(atMost);
                }
                bytes = read.length == 0 ? NOTHING : read;
            }
        }
        if (bytes.length > max) {
            throw BodyQueue.tooLarge(max);
        }
        return bytes;
    }

    /** All of it, up to what the route allows. */
    public byte[] bytes() throws IOException {
        return bytes((int) Math.min(limit, Integer.MAX_VALUE - 8));
    }

    /**
     * All of it as UTF-8.
     *
     * @throws HttpFailure 400 when it is not UTF-8
     */
    public String text(int max) throws IOException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes(max)))
                    .toString();
        } catch (CharacterCodingException _) {
            throw new HttpFailure(400, "http.encoding", "The body of the request is not UTF-8.");
        }
    }

    /**
     * The fields of an HTML form ({@code application/x-www-form-urlencoded}), at most 1 MiB and 1000 fields. May be asked for again, so
     * a filter may look at a field before the handler does.
     *
     * @throws HttpFailure 415 when the body is something else, 400 when it is malformed
     */
    public Parameters form() throws IOException {
        if (form == null) {
            if (!contentType().equals("application/x-www-form-urlencoded")) {
                throw new HttpFailure(
                        415, "http.content-type", "The body must be a form (application/x-www-form-urlencoded).");
            }
            form = UrlEncoded.parse(new String(bytes(MAX_FORM), StandardCharsets.ISO_8859_1), UrlEncoded.MAX_FIELDS);
        }
        return form;
    }

    /**
     * The parts of a {@code multipart/form-data} body. Large parts lie in temporary files, which are removed when the request ends. May be
     * asked for again.
     *
     * @throws HttpFailure 415 when the body is something else, 400 when it is malformed, 413 when it exceeds a limit
     */
    public Multipart multipart(MultipartLimits limits) throws IOException {
        if (multipart == null) {
            if (!contentType().equals("multipart/form-data")) {
                throw new HttpFailure(
                        415, "http.content-type", "The body must be a form with files (multipart/form-data).");
            }
            try (InputStream in = stream()) {
                multipart = Multipart.read(in, headers.first("Content-Type").orElse(""), limits);
            } catch (MultipartException e) {
                throw new HttpFailure(
                        e.tooLarge() ? 413 : 400,
                        e.tooLarge() ? "http.too-large" : "http.multipart",
                        String.valueOf(e.getMessage()));
            }
        }
        return multipart;
    }

    /** Most bytes of this body that were ever held in memory for a reader. */
    long peakHeld() {
        return queue.peakHeld();
    }

    /** Called by the server at the request's end. */
    @Override
    public void close() throws IOException {
        queue.closeStream();
        if (multipart != null) {
            multipart.close();
        }
    }
}
