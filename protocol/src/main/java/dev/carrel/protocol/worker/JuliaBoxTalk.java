/* Copyright the Carrel authors. */
package dev.carrel.protocol.worker;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.carrel.protocol.wire.MalformedMessage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a container that speaks JuliaBox's protocol: a REP socket that gets one request at a time, one frame of JSON, and answers each in turn. It
 * knows no hello, no readiness and no signs of life. So it is asked for a command that no API has; its refusal carries the id that its container was
 * started with, which is the token, and says that it is there. Thread-safe.
 */
final class JuliaBoxTalk {
    /** No name of a Julia function. */
    private static final String NO_COMMAND = "carrel-hello";

    private static final int MAX_TOKEN = 512;
    private static final byte[] DELIMITER = {};

    private final JsonFactory factory;
    private final Line line;
    /** What was asked and not answered yet: its answers come in this order. */
    private final Queue<Asked> asked = new ArrayDeque<>();

    private int maxAnswer;

    /** Where what is asked goes. */
    interface Line {
        /** False when it cannot be sent. */
        boolean send(List<byte[]> frames);
    }

    private enum Kind {
        HELLO,
        READY,
        BEAT,
        CALL,
        END
    }

    private record Asked(Kind kind, String call) {}

    /** How long a reply may be that holds so many bytes: each is spelled as a number, or as an escape of six characters. */
    static int frame(int bytes) {
        return (int) Math.min(Integer.MAX_VALUE - 64, 6L * bytes);
    }

    JuliaBoxTalk(JsonFactory factory, Line line) {
        this.factory = factory;
        this.line = line;
    }

    /** Asks who it is. False when that cannot be sent. */
    boolean ask() {
        return ask(new Asked(Kind.HELLO, ""), command(NO_COMMAND));
    }

    private synchronized boolean ask(Asked what, byte[] request) {
        asked.add(what);
        return line.send(List.of(DELIMITER, request));
    }

    /** As {@link WorkerTransport#send}: what has no counterpart there is dropped. */
    synchronized boolean say(ToWorker message) {
        return switch (message) {
            case ToWorker.Init init -> {
                maxAnswer = init.maxAnswer();
                yield ask(new Asked(Kind.READY, ""), command(NO_COMMAND));
            }
            case ToWorker.Call call -> ask(new Asked(Kind.CALL, call.id()), request(call));
            // Whoever is at something cannot say that it is there.
            case ToWorker.Beat _ -> !asked.isEmpty() || ask(new Asked(Kind.BEAT, ""), command(NO_COMMAND));
            case ToWorker.Drain _ -> ask(new Asked(Kind.END, ""), command(":terminate"));
            case ToWorker.More _, ToWorker.Cancel _, ToWorker.Refused _ -> true;
        };
    }

    /**
     * What an answer means.
     *
     * @throws MalformedMessage when it is none, or nothing was asked
     */
    synchronized FromWorker heard(List<byte[]> frames) throws MalformedMessage {
        Asked what = asked.poll();
        if (what == null) {
            throw new MalformedMessage("an answer to nothing (expected: one for each request)", null);
        }
        if (frames.size() != 2 || frames.getFirst().length != 0) {
            throw new MalformedMessage(
                    "an answer of " + frames.size() + " frames (expected: an empty one and one of JSON)", null);
        }
        JuliaBoxReply reply = JuliaBoxReply.read(factory, frames.get(1));
        return switch (what.kind()) {
            case HELLO -> {
                if (reply.container().isEmpty() || reply.container().length() > MAX_TOKEN) {
                    throw new MalformedMessage("no nid (expected: the value of JBAPI_CID)", null);
                }
                yield new FromWorker.Hello(1, reply.container());
            }
            case READY -> new FromWorker.Ready(List.of(), 1);
            case BEAT -> new FromWorker.Beat();
            case CALL -> reply.answer(what.call(), maxAnswer);
            case END -> new FromWorker.Bye();
        };
    }

    private byte[] command(String command) {
        return JsonObject.of(factory, out -> out.writeStringField("cmd", command));
    }

    private byte[] request(ToWorker.Call call) {
        RawJson.check(factory, "arguments", call.arguments(), JsonToken.START_ARRAY);
        RawJson.check(factory, "keywords", call.keywords(), JsonToken.START_OBJECT);
        return JsonObject.of(factory, out -> {
            out.writeStringField("cmd", call.handler());
            if (!call.arguments().equals("[]") || !call.type().isEmpty()) {
                out.writeArrayFieldStart("args");
                arguments(out, call.arguments());
                if (!call.type().isEmpty()) {
                    body(out, call);
                }
                out.writeEndArray();
            }
            if (!call.keywords().equals("{}")) {
                out.writeObjectFieldStart("vargs");
                keywords(out, call.keywords());
                out.writeEndObject();
            }
        });
    }

    private void arguments(JsonGenerator out, String arguments) throws IOException {
        try (JsonParser in = factory.createParser(arguments)) {
            in.nextToken();
            while (in.nextToken() != JsonToken.END_ARRAY) {
                out.copyCurrentStructure(in);
            }
        }
    }

    /** Each has a list of values, also one that came once. */
    private void keywords(JsonGenerator out, String keywords) throws IOException {
        try (JsonParser in = factory.createParser(keywords)) {
            in.nextToken();
            while (in.nextToken() == JsonToken.FIELD_NAME) {
                out.writeFieldName(in.currentName());
                boolean list = in.nextToken() == JsonToken.START_ARRAY;
                if (!list) {
                    out.writeStartArray();
                }
                out.copyCurrentStructure(in);
                if (!list) {
                    out.writeEndArray();
                }
            }
        }
    }

    /** Text as it is, anything else as JuliaBox sends bytes: a list of their values. */
    private static void body(JsonGenerator out, ToWorker.Call call) throws IOException {
        String text = text(call);
        if (text != null) {
            out.writeString(text);
            return;
        }
        out.writeStartArray();
        for (byte value : call.body()) {
            out.writeNumber(value & 0xff);
        }
        out.writeEndArray();
    }

    private static @Nullable String text(ToWorker.Call call) {
        if (!call.type().toLowerCase(Locale.ROOT).startsWith("text/")) {
            return null;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(call.body()))
                    .toString();
        } catch (CharacterCodingException _) {
            return null;
        }
    }
}
