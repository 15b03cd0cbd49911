/* Copyright the Carrel authors. */
package dev.carrel.plugin;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A request to an {@link Authenticator}. Immutable.
 *
 * @param method GET or POST
 * @param path below {@code /hub/auth/ID}, decoded, starting with a slash
 * @param query decoded, in order
 * @param form fields of a POST, decoded, in order; at most 64 KiB
 * @param headers by name in lower case; without cookies, credentials, and what only a proxy may say
 * @param remote address of whoever spoke to Carrel's public door: the client's, or that of a proxy in front of it
 * @param vouched what a trusted proxy says about the person; empty unless the operator has named the proxy and its header
 * @param base the URL of {@code /hub/auth/ID} as browsers reach it, without a slash at its end; redirect addresses begin with it
 * @param state what this plugin gave out last in this browser; empty when there is none, or it is older than ten minutes
 * @param xsrf for the hidden field {@code _xsrf} of forms that post to {@link #base}
 */
public record SignInRequest(
        String method,
        String path,
        Map<String, List<String>> query,
        Map<String, List<String>> form,
        Map<String, List<String>> headers,
        String remote,
        Optional<Vouched> vouched,
        URI base,
        String state,
        String xsrf) {
    /** Copies the maps. */
    public SignInRequest {
        query = Map.copyOf(query);
        form = Map.copyOf(form);
        headers = Map.copyOf(headers);
    }

    /** The one value of a query parameter; empty when it is missing or given more than once. */
    public Optional<String> query(String name) {
        return only(query, name);
    }

    /** The one value of a form's field; empty when it is missing or given more than once. */
    public Optional<String> form(String name) {
        return only(form, name);
    }

    private static Optional<String> only(Map<String, List<String>> values, String name) {
        List<String> all = values.getOrDefault(name, List.of());
        return all.size() == 1 ? Optional.of(all.getFirst()) : Optional.empty();
    }

    /**
     * A header that the router took from a proxy it was told to trust, and signed.
     *
     * @param header its name in lower case
     * @param value as it came
     * @param proxy the proxy's address
     */
    public record Vouched(String header, String value, String proxy) {}
}
