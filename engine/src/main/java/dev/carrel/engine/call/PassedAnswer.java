/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carrel.protocol.worker.FromWorker;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What became of a call that was passed on, as it comes back: pieces, each with a letter and a length before it. First a head in JSON; behind an answer its body;
 * behind the head of a streamed one its parts, and an end that says whether it is whole.
 *
 * @param outcome what the other engine's own caller would be told; of a streamed answer its head alone, with a stream that is empty
 * @param version that served it
 * @param cold whether it waited for a worker there
 * @param handlers that the version has, as far as is known there
 */
record PassedAnswer(Outcome outcome, long version, boolean cold, List<String> handlers) {
    static final String TYPE = "application/vnd.carrel.call";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final char HEAD = 'h';
    private static final char BODY = 'b';
    private static final char PART = 'p';
    private static final char END = 'e';

    PassedAnswer {
        handlers = List.copyOf(handlers);
    }

    /** Writes the head, and the body of an answer that is not streamed. */
    void write(OutputStream to) throws IOException {
        piece(to, HEAD, json().toString().getBytes(StandardCharsets.UTF_8));
        if (outcome instanceof Outcome.Answered answered) {
            piece(to, BODY, answered.answer().body());
        }
    }

    /** Writes a part of a streamed answer. */
    static void part(OutputStream to, byte[] bytes, int offset, int length) throws IOException {
        byte[] head =
                new byte[] {PART, (byte) (length >>> 24), (byte) (length >>> 16), (byte) (length >>> 8), (byte) length};
        to.write(head);
        to.write(bytes, offset, length);
    }

    /** Writes the end of a streamed answer; null for a good one. */
    static void end(OutputStream to, @Nullable String broken) throws IOException {
        piece(to, END, broken == null ? new byte[0] : (" " + broken).getBytes(StandardCharsets.UTF_8));
    }

    private static void piece(OutputStream to, char kind, byte[] bytes) throws IOException {
        DataOutputStream out = new DataOutputStream(to);
        out.writeByte(kind);
        out.writeInt(bytes.length);
        out.write(bytes);
        out.flush();
    }

    private ObjectNode json() {
        ObjectNode node = JSON.createObjectNode();
        node.put("version", version);
        node.put("cold", cold);
        handlers.forEach(node.putArray("handlers")::add);
        switch (outcome) {
            case Outcome.Answered(FromWorker.Answer answer) -> answer(node.put("outcome", "answered"), answer);
            case Outcome.Streaming streaming -> answer(node.put("outcome", "streaming"), streaming.head());
            case Outcome.Failed(FromWorker.Kind kind, String error, String traceback) ->
                node.put("outcome", "failed")
                        .put("kind", kind.name())
                        .put("error", error)
                        .put("traceback", traceback);
            case Outcome.Refused(Outcome.Why why, String reason, String detail, Duration retryAfter) ->
                node.put("outcome", "refused")
                        .put("why", why.name())
                        .put("reason", reason)
                        .put("detail", detail)
                        .put("retry", retryAfter.toMillis());
            case Outcome.CallerTimeout _ -> node.put("outcome", "caller-timeout");
            case Outcome.RunTimeout _ -> node.put("outcome", "run-timeout");
            case Outcome.Died(String how) -> node.put("outcome", "died").put("how", how);
            case Outcome.Cancelled _ -> node.put("outcome", "cancelled");
        }
        return node;
    }

    private static void answer(ObjectNode node, FromWorker.Answer answer) {
        node.put("status", answer.status()).put("type", answer.type());
        answer.headers().forEach(node.putObject("headers")::put);
    }

    /** Reads what came back, piece by piece. One thread. */
    static final class Reader {
        private final DataInputStream in;
        private final int longest;

        /** @param longest bytes that a piece may have */
        Reader(java.io.InputStream in, int longest) {
            this.in = new DataInputStream(in);
            this.longest = longest;
        }

        /**
         * The head, and the body of an answer that is not streamed.
         *
         * @param id the call's, for the answer
         */
        PassedAnswer answer(String id) throws IOException {
            JsonNode node;
            try {
                node = JSON.readTree(new String(piece(HEAD), StandardCharsets.UTF_8));
            } catch (JsonProcessingException e) {
                throw new IOException("no answer of an engine", e);
            }
            List<String> handlers = new ArrayList<>();
            node.path("handlers").forEach(name -> handlers.add(name.asText()));
            try {
                return new PassedAnswer(
                        outcome(node, id),
                        node.path("version").asLong(),
                        node.path("cold").asBoolean(),
                        handlers);
            } catch (IllegalArgumentException e) {
                throw new IOException("no answer of an engine", e);
            }
        }

        private Outcome outcome(JsonNode node, String id) throws IOException {
            return switch (node.path("outcome").asText()) {
                case "answered" -> new Outcome.Answered(head(node, id, false, piece(BODY)));
                case "streaming" ->
                    new Outcome.Streaming(head(node, id, true, new byte[0]), new AnswerStream(new byte[0], _ -> {}));
                case "failed" ->
                    new Outcome.Failed(
                            FromWorker.Kind.valueOf(node.path("kind").asText()),
                            node.path("error").asText(),
                            node.path("traceback").asText());
                case "refused" ->
                    new Outcome.Refused(
                            Outcome.Why.valueOf(node.path("why").asText()),
                            node.path("reason").asText(),
                            node.path("detail").asText(),
                            Duration.ofMillis(node.path("retry").asLong()));
                case "caller-timeout" -> new Outcome.CallerTimeout();
                case "run-timeout" -> new Outcome.RunTimeout();
                case "died" -> new Outcome.Died(node.path("how").asText());
                case "cancelled" -> new Outcome.Cancelled();
                case String other -> throw new IOException("outcome: " + other + " (expected: one that we know)");
            };
        }

        private static FromWorker.Answer head(JsonNode node, String id, boolean streamed, byte[] body) {
            Map<String, String> headers = new HashMap<>();
            node.path("headers")
                    .properties()
                    .forEach(e -> headers.put(e.getKey(), e.getValue().asText()));
            return new FromWorker.Answer(
                    id, node.path("status").asInt(), node.path("type").asText(), headers, streamed, body);
        }

        /** The next part of a streamed answer; null at its end, of which {@link #broken} tells. */
        byte @Nullable [] part() throws IOException {
            int kind = in.readUnsignedByte();
            byte[] bytes = bytes();
            if (kind == PART) {
                return bytes;
            }
            if (kind != END) {
                throw new IOException("piece: " + kind + " (expected: a part or the end)");
            }
            broken = bytes.length == 0 ? null : new String(bytes, 1, bytes.length - 1, StandardCharsets.UTF_8);
            return null;
        }

        private @Nullable String broken;

        /** Why a streamed answer broke off; null when it is whole. */
        @Nullable
        String broken() {
            return broken;
        }

        private byte[] piece(char wanted) throws IOException {
            int kind = in.readUnsignedByte();
            if (kind != wanted) {
                throw new IOException("piece: " + kind + " (expected: " + wanted + ")");
            }
            return bytes();
        }

        private byte[] bytes() throws IOException {
            int length = in.readInt();
            if (length < 0 || length > longest) {
                throw new IOException("piece: " + length + " bytes (expected: at most " + longest + ")");
            }
            byte[] bytes = in.readNBytes(length);
            if (bytes.length < length) {
                throw new EOFException("the answer ends in the middle of a piece");
            }
            return bytes;
        }
    }
}
