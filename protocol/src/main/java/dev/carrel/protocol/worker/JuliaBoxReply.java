/* Copyright the Carrel authors. */
package dev.carrel.protocol.worker;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.carrel.protocol.wire.MalformedMessage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a container of JuliaBox's protocol answers: {@code {"code": 200, "hdrs": {…}, "data": …, "nid": …}}.
 *
 * @param container the id it was started with; empty when it does not say
 * @param text the data when it is a text, else null
 * @param data else the data as JSON
 */
record JuliaBoxReply(
        int code,
        Map<String, String> headers,
        String container,
        @Nullable String text,
        byte[] data) {
    private static final int OK = 200;
    private static final int UNKNOWN = 404;
    private static final int EXCEPTION = 500;
    private static final int MAX_HEADERS = 1000;
    private static final int MAX_LINE = 4096;
    private static final byte[] NULL = {'n', 'u', 'l', 'l'};

    static JuliaBoxReply read(JsonFactory factory, byte[] json) throws MalformedMessage {
        int code = 0;
        String container = "";
        String text = null;
        byte[] data = NULL;
        Map<String, String> headers = Map.of();
        try (JsonParser in = factory.createParser(json)) {
            expect(in.nextToken() == JsonToken.START_OBJECT, "an object");
            // Other encodings are guessed by the parser, and then nothing can be cut out by its place.
            expect(in.currentTokenLocation().getByteOffset() >= 0, "UTF-8");
            while (in.nextToken() == JsonToken.FIELD_NAME) {
                String name = in.currentName();
                JsonToken first = in.nextToken();
                switch (name) {
                    case "code" -> {
                        expect(first == JsonToken.VALUE_NUMBER_INT, "code: a number");
                        code = in.getIntValue();
                    }
                    case "nid" -> container = first == JsonToken.VALUE_STRING ? in.getText() : "";
                    case "hdrs" -> headers = headers(in);
                    case "data" -> {
                        text = first == JsonToken.VALUE_STRING ? in.getText() : null;
                        data = text == null ? value(in, json) : NULL;
                    }
                    default -> in.skipChildren();
                }
            }
            expect(in.nextToken() == null, "one object");
        } catch (JsonProcessingException e) {
            throw new MalformedMessage("an answer that is no JSON", e);
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory does not fail", e);
        }
        expect(code >= OK && code <= 599, "code: 200 to 599");
        return new JuliaBoxReply(code, headers, container, text, data);
    }

    private static void expect(boolean good, String what) throws MalformedMessage {
        if (!good) {
            throw new MalformedMessage("an answer that is none of JuliaBox's (expected: " + what + ")", null);
        }
    }

    private static Map<String, String> headers(JsonParser in) throws IOException, MalformedMessage {
        Map<String, String> headers = new HashMap<>();
        if (in.currentToken() == JsonToken.VALUE_NULL) {
            return headers;
        }
        expect(in.currentToken() == JsonToken.START_OBJECT, "hdrs: an object");
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String name = in.currentName();
            expect(in.nextToken().isScalarValue() && headers.size() < MAX_HEADERS, "hdrs: an object of texts");
            headers.put(name, in.getText());
        }
        return headers;
    }

    /** The bytes of a value as they came: they go on to the caller, and objects of them would be many times as large. */
    private static byte[] value(JsonParser in, byte[] json) throws IOException {
        if (in.currentToken().isScalarValue()) {
            return in.getText().getBytes(StandardCharsets.UTF_8);
        }
        int start = (int) in.currentTokenLocation().getByteOffset();
        in.skipChildren();
        return Arrays.copyOfRange(json, start, (int) in.currentLocation().getByteOffset());
    }

    /** What it means for a call. */
    FromWorker answer(String call, int maxAnswer) {
        if (code == UNKNOWN || code == EXCEPTION) {
            return new FromWorker.Failed(
                    call,
                    code == UNKNOWN ? FromWorker.Kind.UNKNOWN_HANDLER : FromWorker.Kind.RAISED,
                    oneLine(text != null ? text : new String(data, StandardCharsets.UTF_8)),
                    "");
        }
        Map<String, String> others = new HashMap<>();
        String type = "";
        for (Map.Entry<String, String> header : headers.entrySet()) {
            if (!FromWorkerReader.isToken(header.getKey()) || !FromWorkerReader.isHeaderText(header.getValue())) {
                return new FromWorker.Failed(call, FromWorker.Kind.RESULT, "its headers are none that HTTP allows", "");
            }
            if (header.getKey().toLowerCase(Locale.ROOT).equals("content-type")) {
                type = header.getValue();
            } else {
                others.put(header.getKey(), header.getValue());
            }
        }
        Body body = body();
        if (body.bytes().length > maxAnswer) {
            return new FromWorker.Failed(
                    call,
                    FromWorker.Kind.RESULT,
                    "the result has " + body.bytes().length + " bytes (expected: at most " + maxAnswer + ")",
                    "");
        }
        return new FromWorker.Answer(call, code, type.isEmpty() ? body.type() : type, others, false, body.bytes());
    }

    private static String oneLine(String text) {
        String line = text.replaceAll("\\s+", " ").strip();
        return line.substring(0, Math.min(line.length(), MAX_LINE));
    }

    private record Body(byte[] bytes, String type) {}

    /** A text is one, a list of bytes are these, anything else is JSON. */
    private Body body() {
        if (text != null) {
            return new Body(text.getBytes(StandardCharsets.UTF_8), "text/plain; charset=utf-8");
        }
        byte[] bytes = data[0] == '[' ? bytes() : null;
        return bytes == null ? new Body(data, "application/json") : new Body(bytes, "application/octet-stream");
    }

    /** Null when it is any other list, or empty: that tells nothing of bytes. */
    private byte @Nullable [] bytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(data.length / 3);
        try (JsonParser in = new JsonFactory().createParser(data)) {
            in.nextToken();
            while (in.nextToken() != JsonToken.END_ARRAY) {
                boolean small = in.currentToken() == JsonToken.VALUE_NUMBER_INT && in.getTextLength() <= 3;
                int value = small ? in.getIntValue() : -1;
                if (value < 0 || value > 0xff) {
                    return null;
                }
                bytes.write(value);
            }
        } catch (IOException e) {
            throw new IllegalStateException("it has been read before", e);
        }
        return bytes.size() == 0 ? null : bytes.toByteArray();
    }
}
