/* Copyright the Carrel authors. */
package dev.carrel.http.transport;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a decoded head must satisfy so that everyone behind us understands it the same way. Pure functions but for the target's form and a length's leading zeros. */
final class RequestRules {
    private static final Pattern HOST =
            Pattern.compile("(?:[A-Za-z0-9](?:[A-Za-z0-9._~-]{0,253})|\\[[0-9A-Fa-f:.]{2,45}])(?::[0-9]{1,5})?");
    private static final Pattern ABSOLUTE = Pattern.compile("(?i:https?)://([^/?]*)(.*)");

    private RequestRules() {}

    /** The first rule the request breaks, or null. Rewrites an absolute-form target to its origin form. */
    static @Nullable Refusal check(HttpRequest request) {
        if (request.method().equals(HttpMethod.TRACE) || request.method().equals(HttpMethod.CONNECT)) {
            return new Refusal(HttpResponseStatus.METHOD_NOT_ALLOWED, "http.method", "This method is not served here.");
        }
        Refusal length = BodyLength.check(request, "request");
        if (length != null) {
            return length;
        }
        // A draft of WebSocket, long dead, in which the decoder takes eight bytes after the head for a body.
        if (request.headers().contains("Sec-WebSocket-Key1")
                || request.headers().contains("Sec-WebSocket-Key2")) {
            return Refusal.badRequest("http.websocket-draft", "This draft of WebSocket is not spoken here.");
        }
        List<String> hosts = request.headers().getAll(HttpHeaderNames.HOST);
        if (hosts.size() != 1) {
            return Refusal.badRequest("http.host", "The request must have exactly one Host header.");
        }
        if (!plainHost(hosts.getFirst()) && !HOST.matcher(hosts.getFirst()).matches()) {
            return Refusal.badRequest("http.host", "The Host header is not a host name with an optional port.");
        }
        return target(request, hosts.getFirst());
    }

    /** Whether it is a short name or IPv4 address with a port or none: what nearly all are, told without the pattern. */
    private static boolean plainHost(String host) {
        int colon = host.indexOf(':');
        int end = colon < 0 ? host.length() : colon;
        if (end < 1 || end > 254 || colon >= 0 && !port(host, colon + 1)) {
            return false;
        }
        for (int at = 0; at < end; at++) {
            char c = host.charAt(at);
            boolean inside = at > 0 && (c == '.' || c == '-');
            if (!digit(c) && !inside && (c < 'a' || c > 'z')) {
                return false;
            }
        }
        return true;
    }

    /** One to five digits to the end. */
    private static boolean port(String host, int from) {
        int count = host.length() - from;
        if (count < 1 || count > 5) {
            return false;
        }
        for (int at = from; at < host.length(); at++) {
            if (!digit(host.charAt(at))) {
                return false;
            }
        }
        return true;
    }

    private static boolean digit(char c) {
        return c >= '0' && c <= '9';
    }

    private static @Nullable Refusal target(HttpRequest request, String host) {
        String target = request.uri();
        if (target.startsWith("/") || target.equals("*") && request.method().equals(HttpMethod.OPTIONS)) {
            return null;
        }
        var absolute = ABSOLUTE.matcher(target);
        if (!absolute.matches()) {
            return Refusal.badRequest("http.target", "The address of the request must begin with a slash.");
        }
        if (!absolute.group(1).toLowerCase(Locale.ROOT).equals(host.toLowerCase(Locale.ROOT))) {
            return Refusal.badRequest(
                    "http.host", "The address of the request names another host than the Host header.");
        }
        String rest = absolute.group(2);
        request.setUri(rest.startsWith("/") ? rest : "/" + rest);
        return null;
    }
}
