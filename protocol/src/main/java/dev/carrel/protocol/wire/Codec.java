/* Copyright the Carrel authors. */
package dev.carrel.protocol.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.carrel.protocol.name.Printable;
import java.io.IOException;

/** Envelopes as JSON bytes, at most {@link #MAX_BYTES} of them. */
public final class Codec {
    /** No message is longer, in either direction. */
    public static final int MAX_BYTES = 256 * 1024;

    private final ObjectReader reader;
    private final ObjectWriter writer;

    /** A codec; one is enough for a process. */
    public Codec() {
        JsonFactory factory = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxDocumentLength(MAX_BYTES)
                        .maxNestingDepth(16)
                        .maxStringLength(MAX_BYTES)
                        .maxNameLength(64)
                        .maxNumberLength(32)
                        .build())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                .build();
        JsonMapper mapper = JsonMapper.builder(factory)
                .addModule(new JavaTimeModule())
                .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
                .build();
        reader = mapper.readerFor(Envelope.class);
        writer = mapper.writerFor(Envelope.class);
    }

    /**
     * The bytes of an envelope.
     *
     * @throws MalformedMessage when they would be more than {@link #MAX_BYTES}
     */
    public byte[] encode(Envelope envelope) throws MalformedMessage {
        byte[] bytes;
        try {
            bytes = writer.writeValueAsBytes(envelope);
        } catch (JsonProcessingException e) {
            throw new MalformedMessage("message cannot be written: " + e.getOriginalMessage(), e);
        }
        if (bytes.length > MAX_BYTES) {
            throw new MalformedMessage(
                    "message: " + bytes.length + " bytes (expected: at most " + MAX_BYTES + ")", null);
        }
        return bytes;
    }

    /**
     * The envelope of these bytes.
     *
     * @throws MalformedMessage for anything but exactly one well-formed envelope of our version; nothing else is ever thrown
     */
    public Envelope decode(byte[] bytes) throws MalformedMessage {
        if (bytes.length > MAX_BYTES) {
            throw new MalformedMessage(
                    "message: " + bytes.length + " bytes (expected: at most " + MAX_BYTES + ")", null);
        }
        Envelope envelope;
        try {
            envelope = reader.readValue(bytes);
        } catch (JsonProcessingException e) {
            throw new MalformedMessage("message: " + Printable.quote(e.getOriginalMessage()), e);
        } catch (IOException | IllegalArgumentException e) {
            throw new MalformedMessage("message: " + Printable.quote(e.getMessage()), e);
        }
        check(envelope);
        return envelope;
    }

    // The reader gives null for JSON's null, and for components that are explicitly null.
    @SuppressWarnings("ConstantValue")
    private static void check(@org.jspecify.annotations.Nullable Envelope envelope) throws MalformedMessage {
        if (envelope == null
                || envelope.sentAt() == null
                || envelope.deadline() == null
                || envelope.sender() == null
                || envelope.id() == null
                || envelope.body() == null) {
            throw new MalformedMessage(
                    "message: a field is null (expected: version, id, sender, sentAt, deadline, body)", null);
        }
        if (envelope.version() != Envelope.VERSION) {
            throw new MalformedMessage(
                    "protocol version: " + envelope.version() + " (expected: " + Envelope.VERSION + ")", null);
        }
        if (!envelope.id().matches("[A-Za-z0-9-]{1,64}")) {
            throw new MalformedMessage(
                    "message id: " + Printable.quote(envelope.id()) + " (expected: 1 to 64 of A-Za-z0-9-)", null);
        }
        if (envelope.sender().length() > 64) {
            throw new MalformedMessage(
                    "sender: " + Printable.quote(envelope.sender()) + " (expected: at most 64 characters)", null);
        }
        NullCheck.noNulls(envelope.body());
    }
}
