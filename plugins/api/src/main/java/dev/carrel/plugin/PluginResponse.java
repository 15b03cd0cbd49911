/* Copyright the Carrel authors. */
package dev.carrel.plugin;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A plugin's answer. Carrel adds its security headers; a plugin cannot take them away or set cookies.
 *
 * @param status 200 to 599
 */
public record PluginResponse(int status, String contentType, byte[] body, Map<String, String> headers) {
    /** Copies the headers and refuses a status that is none. */
    public PluginResponse {
        headers = Map.copyOf(headers);
        if (status < 200 || status > 599) {
            throw new IllegalArgumentException("status: " + status + " (expected: 200 to 599)");
        }
    }

    /** A text. */
    public static PluginResponse text(int status, String text) {
        return of(status, "text/plain; charset=utf-8", text);
    }

    /** A piece of JSON. */
    public static PluginResponse json(int status, String json) {
        return of(status, "application/json", json);
    }

    /** A page. */
    public static PluginResponse html(int status, String html) {
        return of(status, "text/html; charset=utf-8", html);
    }

    /** A text of another type. */
    public static PluginResponse of(int status, String type, String text) {
        return new PluginResponse(status, type, text.getBytes(StandardCharsets.UTF_8), Map.of());
    }
}
