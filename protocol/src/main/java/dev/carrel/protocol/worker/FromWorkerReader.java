/* Copyright the Carrel authors. */
package dev.carrel.protocol.worker;

import com.fasterxml.jackson.core.JsonFactory;
import dev.carrel.protocol.name.Printable;
import dev.carrel.protocol.wire.MalformedMessage;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes messages of what workers send, who are not trusted. */
final class FromWorkerReader {
    private static final int MAX_ID = 64;
    private static final int MAX_TOKEN = 512;
    private static final int MAX_LINE = 4096;
    private static final int MAX_TEXT = 256 * 1024;
    private static final int MAX_TYPE = 256;
    private static final int MAX_NAME = 256;
    private static final int MAX_CREDITS = 10_000;

    private final JsonFactory factory;

    FromWorkerReader(JsonFactory factory) {
        this.factory = factory;
    }

    FromWorker read(String name, byte[] object, byte[] body) throws MalformedMessage {
        Fields in = Fields.read(factory, known(name), object, List.of());
        return switch (name) {
            case "answer" -> answer(in, body);
            case "chunk" -> new FromWorker.Chunk(id(in), body);
            case "end" -> new FromWorker.End(id(in), in.textOrNull("error", MAX_LINE));
            case "failed" ->
                new FromWorker.Failed(id(in), kind(in), in.text("error", MAX_LINE), in.text("traceback", MAX_TEXT));
            case "log" -> new FromWorker.Log(idOrNull(in), in.text("text", MAX_TEXT));
            case "hello" ->
                new FromWorker.Hello((int) in.number("protocol", 1, Integer.MAX_VALUE), in.text("token", MAX_TOKEN));
            case "ready" -> ready(in);
            case "unfit" -> new FromWorker.Unfit(in.text("error", MAX_LINE), in.text("traceback", MAX_TEXT));
            case "bye" -> new FromWorker.Bye();
            default -> new FromWorker.Beat();
        };
    }

    private static String known(String name) throws MalformedMessage {
        return switch (name) {
            case "answer", "chunk", "end", "failed", "log", "hello", "ready", "unfit", "bye", "beat" -> name;
            default ->
                throw new MalformedMessage("message " + Printable.quote(name) + " (expected: one a worker says)", null);
        };
    }

    private static FromWorker answer(Fields in, byte[] body) throws MalformedMessage {
        String type = in.text("type", MAX_TYPE);
        if (!isHeaderText(type)) {
            throw in.wrong("type", "one line of ASCII");
        }
        Map<String, String> headers = in.textsByName("headers");
        for (Map.Entry<String, String> header : headers.entrySet()) {
            if (!isToken(header.getKey()) || !isHeaderText(header.getValue())) {
                throw in.wrong("headers", "names and values that HTTP allows");
            }
        }
        return new FromWorker.Answer(
                id(in), (int) in.number("status", 200, 599), type, headers, in.flag("streamed"), body);
    }

    private static FromWorker ready(Fields in) throws MalformedMessage {
        List<String> handlers = in.texts("handlers");
        for (String handler : handlers) {
            if (handler.isEmpty() || handler.length() > MAX_NAME) {
                throw in.wrong("handlers", "names of 1 to " + MAX_NAME + " characters");
            }
        }
        return new FromWorker.Ready(handlers, (int) in.number("credits", 1, MAX_CREDITS));
    }

    private static FromWorker.Kind kind(Fields in) throws MalformedMessage {
        String kind = in.text("kind", MAX_NAME);
        return switch (kind) {
            case "RAISED" -> FromWorker.Kind.RAISED;
            case "ARGUMENTS" -> FromWorker.Kind.ARGUMENTS;
            case "UNKNOWN_HANDLER" -> FromWorker.Kind.UNKNOWN_HANDLER;
            case "RESULT" -> FromWorker.Kind.RESULT;
            default -> throw in.wrong("kind", "RAISED, ARGUMENTS, UNKNOWN_HANDLER or RESULT");
        };
    }

    private static String id(Fields in) throws MalformedMessage {
        String id = in.text("id", MAX_ID);
        if (id.isEmpty()) {
            throw in.wrong("id", "the id of a call");
        }
        return id;
    }

    private static @Nullable String idOrNull(Fields in) throws MalformedMessage {
        return in.textOrNull("id", MAX_ID);
    }

    /** What may follow a colon in HTTP: printable ASCII, no line breaks. */
    static boolean isHeaderText(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' && c != '\t' || c > '~') {
                return false;
            }
        }
        return true;
    }

    static boolean isToken(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean plain = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (!plain && "!#$%&'*+-.^_`|~".indexOf(c) < 0) {
                return false;
            }
        }
        return !name.isEmpty();
    }
}
