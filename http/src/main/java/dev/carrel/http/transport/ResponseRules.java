/* Copyright the Carrel authors. */
package dev.carrel.http.transport;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a decoded answer must satisfy so that there is one way only to tell where it ends. Pure functions but for a length's leading zeros. */
final class ResponseRules {
    private static final Pattern CONTENT_LENGTH = Pattern.compile("[0-9]{1,18}");

    private ResponseRules() {}

    /** The first rule the answer breaks, or null. */
    static @Nullable Refusal check(HttpResponse response) {
        HttpHeaders headers = response.headers();
        List<String> codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
        List<String> lengths = headers.getAll(HttpHeaderNames.CONTENT_LENGTH);
        if (!codings.isEmpty()) {
            if (!response.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
                return Refusal.badRequest("http.transfer-encoding", "HTTP/1.0 has no Transfer-Encoding.");
            }
            if (!lengths.isEmpty()) {
                return Refusal.badRequest(
                        "http.two-lengths", "The answer has both Content-Length and Transfer-Encoding.");
            }
            if (codings.size() != 1 || !codings.getFirst().equalsIgnoreCase("chunked")) {
                return Refusal.badRequest("http.transfer-encoding", "The only Transfer-Encoding accepted is chunked.");
            }
        }
        if (lengths.size() > 1
                || lengths.size() == 1
                        && !CONTENT_LENGTH.matcher(lengths.getFirst()).matches()) {
            return Refusal.badRequest("http.content-length", "The Content-Length is not one plain number.");
        }
        if (lengths.size() == 1
                && lengths.getFirst().length() > 1
                && lengths.getFirst().charAt(0) == '0') {
            // To some it is octal.
            headers.set(HttpHeaderNames.CONTENT_LENGTH, Long.toString(Long.parseLong(lengths.getFirst())));
        }
        return null;
    }

    /** Whether an answer that can have no body announces one: who knows what comes behind it. */
    static boolean announcesImpossibleBody(HttpResponse response) {
        boolean never = response.status().codeClass() == HttpStatusClass.INFORMATIONAL
                || response.status().code() == 204;
        String length = response.headers().get(HttpHeaderNames.CONTENT_LENGTH);
        return never
                && (response.headers().contains(HttpHeaderNames.TRANSFER_ENCODING)
                        || length != null && Long.parseLong(length) != 0);
    }
}
