/* Copyright the Carrel authors. */
package dev.carrel.router.tls;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The certificates served at one time, by the names they are for. Immutable; any thread. */
final class Certificates {
    private final List<ServerCertificate> all;
    private final Map<String, ServerCertificate> byName = new HashMap<>();

    /** The first serves whoever asks for no name or for one that no certificate has. */
    Certificates(List<ServerCertificate> all) {
        this.all = List.copyOf(all);
        for (ServerCertificate one : all) {
            one.names().forEach(name -> byName.putIfAbsent(name, one));
        }
    }

    List<ServerCertificate> all() {
        return all;
    }

    /** For a name in lower case, or for none: the very name, else a wildcard one label above it, else the first. */
    ServerCertificate forName(@Nullable String name) {
        if (name == null) {
            return all.getFirst();
        }
        ServerCertificate exact = byName.get(name);
        if (exact != null) {
            return exact;
        }
        int dot = name.indexOf('.');
        ServerCertificate wild = dot < 0 ? null : byName.get("*" + name.substring(dot));
        return wild == null ? all.getFirst() : wild;
    }
}
