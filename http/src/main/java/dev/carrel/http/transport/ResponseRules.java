/* Copyright the Carrel authors. */
package dev.carrel.http.transport;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import org.jspecify.annotations.Nullable;

/** What a decoded answer must satisfy so that there is one way only to tell where it ends. Pure functions but for a length's leading zeros. */
final class ResponseRules {
    private ResponseRules() {}

    /** The first rule the answer breaks, or null. */
    static @Nullable Refusal check(HttpResponse response) {
        return BodyLength.check(response, "answer");
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
