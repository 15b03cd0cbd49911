/* Copyright the Carrel authors. */
package dev.carrel.protocol.worker;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import dev.carrel.protocol.wire.MalformedMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Messages of the worker protocol as ZeroMQ frames: name, JSON object, and the body when there is one. Refuses what lacks something or holds a wrong
 * value, and ignores members it does not know. Thread-safe, no I/O.
 */
public final class WorkerCodec {
    /** Frames that a message has at most. */
    public static final int FRAMES = 3;

    private static final int MAX_NESTING = 200;
    private static final byte[] EMPTY_OBJECT = {'{', '}'};

    private final JsonFactory factory = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_NESTING)
                    .maxNameLength(4096)
                    .maxStringLength(64 << 20)
                    .build())
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            // Texts may hold halves of surrogate pairs, which have no other form.
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .build();
    private final FromWorkerReader fromWorker = new FromWorkerReader(factory);
    private final ToWorkerReader toWorker = new ToWorkerReader(factory);

    /** The same rules for whatever else a container says in JSON. */
    JsonFactory factory() {
        return factory;
    }

    /**
     * What a worker said.
     *
     * @throws MalformedMessage for anything but one well-formed message; nothing else is ever thrown
     */
    public FromWorker decodeFromWorker(List<byte[]> frames) throws MalformedMessage {
        return fromWorker.read(name(frames), object(frames), body(frames));
    }

    /**
     * What an engine said; for workers written in Java.
     *
     * @throws MalformedMessage for anything but one well-formed message; nothing else is ever thrown
     */
    public ToWorker decodeToWorker(List<byte[]> frames) throws MalformedMessage {
        return toWorker.read(name(frames), object(frames), body(frames));
    }

    /**
     * The frames of what the engine says.
     *
     * @throws IllegalArgumentException when a call's arguments are no JSON array, or its keywords no JSON object
     */
    public List<byte[]> encode(ToWorker message) {
        return switch (message) {
            case ToWorker.Call call -> frames("call", JsonObject.of(factory, out -> call(out, call)), call.body());
            case ToWorker.Init init -> frames("init", JsonObject.of(factory, out -> init(out, init)));
            case ToWorker.More more ->
                frames("more", JsonObject.of(factory, out -> {
                    out.writeStringField("id", more.id());
                    out.writeNumberField("chunks", more.chunks());
                }));
            case ToWorker.Cancel cancel ->
                frames("cancel", JsonObject.of(factory, out -> out.writeStringField("id", cancel.id())));
            case ToWorker.Drain _ -> frames("drain", EMPTY_OBJECT);
            case ToWorker.Beat _ -> frames("beat", EMPTY_OBJECT);
            case ToWorker.Refused refused ->
                frames("refused", JsonObject.of(factory, out -> out.writeStringField("error", refused.error())));
        };
    }

    /** The frames of what a worker says. */
    public List<byte[]> encode(FromWorker message) {
        return switch (message) {
            case FromWorker.Answer answer ->
                frames("answer", JsonObject.of(factory, out -> answer(out, answer)), answer.body());
            case FromWorker.Chunk chunk ->
                frames("chunk", JsonObject.of(factory, out -> out.writeStringField("id", chunk.id())), chunk.body());
            case FromWorker.Hello hello ->
                frames("hello", JsonObject.of(factory, out -> {
                    out.writeNumberField("protocol", hello.protocol());
                    out.writeStringField("token", hello.token());
                }));
            case FromWorker.Ready ready ->
                frames("ready", JsonObject.of(factory, out -> {
                    texts(out, "handlers", ready.handlers());
                    out.writeNumberField("credits", ready.credits());
                }));
            case FromWorker.Unfit unfit ->
                frames("unfit", JsonObject.of(factory, out -> {
                    out.writeStringField("error", unfit.error());
                    out.writeStringField("traceback", unfit.traceback());
                }));
            case FromWorker.End end ->
                frames("end", JsonObject.of(factory, out -> {
                    out.writeStringField("id", end.id());
                    out.writeStringField("error", end.error());
                }));
            case FromWorker.Failed failed -> frames("failed", JsonObject.of(factory, out -> failed(out, failed)));
            case FromWorker.Log log ->
                frames("log", JsonObject.of(factory, out -> {
                    out.writeStringField("id", log.id());
                    out.writeStringField("text", log.text());
                }));
            case FromWorker.Beat _ -> frames("beat", EMPTY_OBJECT);
            case FromWorker.Bye _ -> frames("bye", EMPTY_OBJECT);
        };
    }

    private void call(JsonGenerator out, ToWorker.Call call) throws IOException {
        out.writeStringField("id", call.id());
        out.writeStringField("handler", call.handler());
        out.writeStringField("method", call.method());
        out.writeFieldName("arguments");
        out.writeRawValue(RawJson.check(factory, "arguments", call.arguments(), JsonToken.START_ARRAY));
        out.writeFieldName("keywords");
        out.writeRawValue(RawJson.check(factory, "keywords", call.keywords(), JsonToken.START_OBJECT));
        out.writeStringField("type", call.type());
        texts(out, "headers", call.headers());
        out.writeNumberField("millis", call.millis());
    }

    private static void init(JsonGenerator out, ToWorker.Init init) throws IOException {
        out.writeStringField("owner", init.owner());
        out.writeStringField("function", init.function());
        out.writeNumberField("version", init.version());
        out.writeStringField("runtime", init.runtime());
        out.writeStringField("code", init.code());
        out.writeObjectFieldStart("files");
        for (Map.Entry<String, byte[]> file : init.files().entrySet()) {
            out.writeFieldName(file.getKey());
            out.writeBinary(file.getValue());
        }
        out.writeEndObject();
        texts(out, "handlers", init.handlers());
        texts(out, "environment", init.environment());
        out.writeNumberField("concurrency", init.concurrency());
        out.writeNumberField("maxAnswer", init.maxAnswer());
    }

    private static void answer(JsonGenerator out, FromWorker.Answer answer) throws IOException {
        out.writeStringField("id", answer.id());
        out.writeNumberField("status", answer.status());
        out.writeStringField("type", answer.type());
        texts(out, "headers", answer.headers());
        out.writeBooleanField("streamed", answer.streamed());
    }

    private static void failed(JsonGenerator out, FromWorker.Failed failed) throws IOException {
        out.writeStringField("id", failed.id());
        out.writeStringField("kind", failed.kind().name());
        out.writeStringField("error", failed.error());
        out.writeStringField("traceback", failed.traceback());
    }

    private static void texts(JsonGenerator out, String name, List<String> texts) throws IOException {
        out.writeArrayFieldStart(name);
        for (String text : texts) {
            out.writeString(text);
        }
        out.writeEndArray();
    }

    private static void texts(JsonGenerator out, String name, Map<String, String> texts) throws IOException {
        out.writeObjectFieldStart(name);
        for (Map.Entry<String, String> text : texts.entrySet()) {
            out.writeStringField(text.getKey(), text.getValue());
        }
        out.writeEndObject();
    }

    private static List<byte[]> frames(String name, byte[] object) {
        return List.of(name.getBytes(StandardCharsets.US_ASCII), object);
    }

    private static List<byte[]> frames(String name, byte[] object, byte[] body) {
        return body.length == 0
                ? frames(name, object)
                : List.of(name.getBytes(StandardCharsets.US_ASCII), object, body);
    }

    private static String name(List<byte[]> frames) throws MalformedMessage {
        if (frames.size() < 2 || frames.size() > FRAMES) {
            throw new MalformedMessage("a message of " + frames.size() + " frames (expected: 2 or 3)", null);
        }
        return new String(frames.getFirst(), StandardCharsets.ISO_8859_1);
    }

    private static byte[] object(List<byte[]> frames) {
        return frames.get(1);
    }

    private static byte[] body(List<byte[]> frames) {
        return frames.size() == FRAMES ? frames.get(2) : new byte[0];
    }
}
