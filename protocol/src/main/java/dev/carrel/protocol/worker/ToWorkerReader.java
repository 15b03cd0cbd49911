/* Copyright the Carrel authors. */
package dev.carrel.protocol.worker;

import com.fasterxml.jackson.core.JsonFactory;
import dev.carrel.protocol.name.Printable;
import dev.carrel.protocol.wire.MalformedMessage;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes messages of what the engine sends, as a worker has to. */
final class ToWorkerReader {
    private static final int LONG = 64 << 20;
    private static final int SHORT = 4096;
    private static final List<String> RAW = List.of("arguments", "keywords");

    private final JsonFactory factory;

    ToWorkerReader(JsonFactory factory) {
        this.factory = factory;
    }

    ToWorker read(String name, byte[] object, byte[] body) throws MalformedMessage {
        Fields in = Fields.read(factory, known(name), object, name.equals("call") ? RAW : List.of());
        return switch (name) {
            case "call" -> call(in, body);
            case "init" -> init(in);
            case "more" -> new ToWorker.More(in.text("id", SHORT), (int) in.number("chunks", 0, Integer.MAX_VALUE));
            case "cancel" -> new ToWorker.Cancel(in.text("id", SHORT));
            case "drain" -> new ToWorker.Drain();
            case "refused" -> new ToWorker.Refused(in.text("error", SHORT));
            default -> new ToWorker.Beat();
        };
    }

    private static String known(String name) throws MalformedMessage {
        return switch (name) {
            case "call", "init", "more", "cancel", "drain", "refused", "beat" -> name;
            default ->
                throw new MalformedMessage(
                        "message " + Printable.quote(name) + " (expected: one an engine says)", null);
        };
    }

    private static ToWorker call(Fields in, byte[] body) throws MalformedMessage {
        String arguments = in.text("arguments", LONG);
        String keywords = in.text("keywords", LONG);
        if (!arguments.startsWith("[")) {
            throw in.wrong("arguments", "an array");
        }
        if (!keywords.startsWith("{")) {
            throw in.wrong("keywords", "an object");
        }
        return new ToWorker.Call(
                in.text("id", SHORT),
                in.text("handler", SHORT),
                in.text("method", SHORT),
                arguments,
                keywords,
                in.text("type", SHORT),
                in.textsByName("headers"),
                in.number("millis", 0, Long.MAX_VALUE),
                body);
    }

    private static ToWorker init(Fields in) throws MalformedMessage {
        Map<String, byte[]> files = new HashMap<>();
        for (Map.Entry<String, String> file : in.textsByName("files").entrySet()) {
            try {
                files.put(file.getKey(), Base64.getDecoder().decode(file.getValue()));
            } catch (IllegalArgumentException e) {
                throw new MalformedMessage("init: a file that is no base64", e);
            }
        }
        return new ToWorker.Init(
                in.text("owner", SHORT),
                in.text("function", SHORT),
                in.number("version", 0, Long.MAX_VALUE),
                in.text("runtime", SHORT),
                in.text("code", LONG),
                files,
                in.texts("handlers"),
                in.textsByName("environment"),
                (int) in.number("concurrency", 1, Integer.MAX_VALUE),
                (int) in.number("maxAnswer", 0, Integer.MAX_VALUE));
    }
}
