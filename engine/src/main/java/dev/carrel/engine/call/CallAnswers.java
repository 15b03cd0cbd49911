/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carrel.http.server.Headers;
import dev.carrel.http.server.HttpFailure;
import dev.carrel.http.server.Response;
import dev.carrel.http.server.StreamingBody;
import dev.carrel.protocol.worker.FromWorker;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Answers to calls: what a function says, made harmless on the site's own host, and what we say in its place. */
final class CallAnswers {
    /** The server's own, those of one hop, and those by which an answer would change more than itself. */
    private static final Set<String> WITHHELD = Set.of(
            "accept-ch",
            "alt-svc",
            "clear-site-data",
            "connection",
            "content-length",
            "content-security-policy",
            "content-security-policy-report-only",
            "content-type",
            "critical-ch",
            "cross-origin-embedder-policy",
            "cross-origin-opener-policy",
            "cross-origin-resource-policy",
            "date",
            "keep-alive",
            "nel",
            "origin-agent-cluster",
            "permissions-policy",
            "proxy-authenticate",
            "proxy-authorization",
            "proxy-connection",
            "public-key-pins",
            "public-key-pins-report-only",
            "refresh",
            "report-to",
            "reporting-endpoints",
            "server",
            "service-worker-allowed",
            "set-cookie",
            "set-cookie2",
            "set-login",
            "strict-transport-security",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "www-authenticate",
            "x-call-id",
            "x-content-type-options",
            "x-frame-options",
            "x-lighttpd-send-file",
            "x-reproxy-url",
            "x-request-id",
            "x-sendfile");

    private CallAnswers() {}

    /** A whole answer of a function. */
    static Response whole(FromWorker.Answer answer) {
        return with(answer, Response.bytes(status(answer), type(answer), answer.body()));
    }

    /** A streamed one. */
    static Response streamed(FromWorker.Answer head, StreamingBody body) {
        return with(head, Response.stream(status(head), type(head), body));
    }

    /** The head alone. */
    static Response headOnly(FromWorker.Answer head) {
        return with(head, Response.bytes(status(head), type(head), new byte[0]));
    }

    private static int status(FromWorker.Answer answer) {
        return Math.clamp(answer.status(), 200, 599);
    }

    private static String type(FromWorker.Answer answer) {
        return type(answer.type());
    }

    /** A Content-Type that can be sent. */
    static String type(String type) {
        return sendable("Content-Type", type) && !type.isEmpty() ? type : "application/octet-stream";
    }

    private static Response with(FromWorker.Answer answer, Response plain) {
        Response response = plain;
        boolean cached = false;
        for (Map.Entry<String, String> header : answer.headers().entrySet()) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            boolean ours = WITHHELD.contains(name)
                    || name.startsWith("x-carrel-")
                    || name.startsWith("access-control-")
                    || name.startsWith("x-accel-")
                    || name.startsWith("sec-");
            if (!ours && sendable(header.getKey(), header.getValue())) {
                response = response.with(header.getKey(), header.getValue());
                cached |= name.equals("cache-control");
            }
        }
        return cached ? response : response.uncached();
    }

    private static boolean sendable(String name, String value) {
        try {
            return Headers.of(name, value).has(name);
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    /** A refusal in JSON. */
    static Response error(HttpFailure failure, String callId) {
        return error(failure.status(), failure.code(), failure.text(), callId, "", Duration.ZERO);
    }

    /**
     * An error in JSON.
     *
     * @param traceback for those who may know; empty for none
     * @param retryAfter zero for no such header
     */
    static Response error(
            int status, String code, String message, String callId, String traceback, Duration retryAfter) {
        Response response = Response.json(status, errorBody(status, code, message, callId, traceback))
                .uncached();
        return retryAfter.isZero()
                ? response
                : response.with(
                        "Retry-After",
                        Long.toString(Math.max(1, retryAfter.plusMillis(999).toSeconds())));
    }

    /** The JSON of an error. */
    static byte[] errorBody(int status, String code, String message, String callId, String traceback) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("status", status);
        body.put("code", code);
        body.put("message", message);
        body.put("call", callId);
        if (!traceback.isEmpty()) {
            body.put("traceback", traceback);
        }
        return body.toString().getBytes(StandardCharsets.UTF_8);
    }
}
