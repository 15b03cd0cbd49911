/* Copyright the Carrel authors. */
package dev.carrel.http.transport;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The rules on Content-Length and Transfer-Encoding, the same for requests and answers: whoever reads a message must find its end at the same byte. Either
 * one coding, chunked, or one length, or neither.
 */
final class BodyLength {
    private static final Pattern CONTENT_LENGTH = Pattern.compile("[0-9]{1,18}");

    private BodyLength() {}

    /**
     * The first rule the message breaks, or null. Takes leading zeros from a length.
     *
     * @param kind how refusals call the message
     */
    static @Nullable Refusal check(HttpMessage message, String kind) {
        HttpHeaders headers = message.headers();
        List<String> codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
        List<String> lengths = headers.getAll(HttpHeaderNames.CONTENT_LENGTH);
        if (!codings.isEmpty()) {
            if (!message.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
                return Refusal.badRequest("http.transfer-encoding", "HTTP/1.0 has no Transfer-Encoding.");
            }
            if (!lengths.isEmpty()) {
                return Refusal.badRequest(
                        "http.two-lengths", "The " + kind + " has both Content-Length and Transfer-Encoding.");
            }
            if (codings.size() != 1 || !codings.getFirst().equalsIgnoreCase("chunked")) {
                return Refusal.badRequest("http.transfer-encoding", "The only Transfer-Encoding accepted is chunked.");
            }
        }
        if (lengths.isEmpty()) {
            return null;
        }
        String length = lengths.getFirst();
        if (lengths.size() > 1 || !CONTENT_LENGTH.matcher(length).matches()) {
            return Refusal.badRequest("http.content-length", "The Content-Length is not one plain number.");
        }
        if (length.length() > 1 && length.charAt(0) == '0') {
            // To some it is octal.
            headers.set(HttpHeaderNames.CONTENT_LENGTH, Long.toString(Long.parseLong(length)));
        }
        return null;
    }
}
