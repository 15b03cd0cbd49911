/* Copyright the Carrel authors. */
package dev.carrel.plugin;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A request to a plugin's path.
 *
 * @param method in upper case
 * @param path below {@code /plugins/ID}, decoded, starting with a slash
 * @param query decoded, in order
 * @param headers by name in lower case; without cookies and credentials
 * @param body at most 1 MiB
 * @param user who asks; empty for nobody signed in
 * @param administrator whether that is an administrator
 */
public record PluginRequest(
        String method,
        String path,
        Map<String, List<String>> query,
        Map<String, List<String>> headers,
        byte[] body,
        Optional<String> user,
        boolean administrator) {
    /** Copies the maps. */
    public PluginRequest {
        query = Map.copyOf(query);
        headers = Map.copyOf(headers);
    }

    /** The first value of a query parameter. */
    public Optional<String> query(String name) {
        return query.getOrDefault(name, List.of()).stream().findFirst();
    }
}
