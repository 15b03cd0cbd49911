/* Copyright the Carrel authors. */
package dev.carrel.engine.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.engine.session.Session;
import dev.carrel.engine.session.SessionState;
import dev.carrel.engine.signin.ApiToken;
import dev.carrel.engine.signin.User;
import dev.carrel.protocol.name.SessionAddress;
import jakarta.inject.Inject;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** JupyterHub's models of users, servers and tokens. */
final class Models {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSSX").withZone(ZoneOffset.UTC);
    private final SiteSettings site;

    @Inject
    Models(SiteSettings site) {
        this.site = site;
    }

    /** A user with the servers that live; ended ones are not listed, as JupyterHub does, but for our field {@code ended}. */
    ObjectNode user(User user, List<Session> sessions) {
        ObjectNode model = Json.object();
        model.put("kind", "user");
        model.put("name", user.name().value());
        model.put("admin", user.admin());
        model.putArray("roles").add("user");
        if (user.admin()) {
            model.withArray("roles").add("admin");
        }
        model.putArray("groups");
        model.put("created", time(user.created()));
        model.put("last_activity", time(user.lastActivity()));
        Session main = sessions.stream()
                .filter(s -> s.address().server().isDefault())
                .findFirst()
                .orElse(null);
        model.put(
                "server",
                main != null && main.state() == SessionState.READY
                        ? main.address().basePath()
                        : null);
        model.put("pending", main == null ? null : pending(main));
        ObjectNode servers = model.putObject("servers");
        ObjectNode ended = model.putObject("ended");
        for (Session session : sessions) {
            (session.state().live() ? servers : ended)
                    .set(session.address().server().value(), server(session));
        }
        model.put("disabled", user.disabled());
        return model;
    }

    ObjectNode server(Session session) {
        SessionAddress address = session.address();
        ObjectNode model = Json.object();
        boolean ready = session.state() == SessionState.READY;
        model.put("name", address.server().value());
        model.put("full_name", address.user() + "/" + address.server());
        model.put("last_activity", time(session.lastActivity()));
        model.put("started", time(session.createdAt()));
        model.put("pending", pending(session));
        model.put("ready", ready);
        model.put("stopped", !session.state().live());
        model.put("url", address.basePath());
        model.put("full_url", site.originUrl(address.hostLabel()) + address.basePath());
        model.put("progress_url", progressPath(address));
        model.put("full_progress_url", url(progressPath(address)));
        model.putObject("user_options").put("image", session.image());
        model.put("id", session.id().value());
        model.put("state_name", session.state().label());
        if (!session.state().live()) {
            model.put("ended", time(session.endedAt()));
            model.put("reason", session.reason().text());
            model.put("reason_code", session.reason().code().label());
            ArrayNode log = model.putArray("log");
            session.logTail().forEach(log::add);
        }
        return model;
    }

    ObjectNode token(ApiToken token) {
        ObjectNode model = Json.object();
        model.put("id", token.id());
        model.put("kind", "api_token");
        model.put("user", token.user().value());
        ArrayNode scopes = model.putArray("scopes");
        token.scopes().forEach(scopes::add);
        model.putArray("roles");
        model.put("note", token.note());
        model.put("created", time(token.created()));
        model.put("expires_at", time(token.expires()));
        model.put("last_activity", time(token.lastUsed()));
        model.put("session_id", (String) null);
        model.put("oauth_client", "JupyterHub");
        return model;
    }

    /** A path of ours as people outside reach it. */
    String url(String path) {
        return site.baseUrl() + path;
    }

    static String progressPath(SessionAddress address) {
        String user = "/hub/api/users/" + SessionAddress.encode(address.user().value());
        return address.server().isDefault()
                ? user + "/server/progress"
                : user + "/servers/" + SessionAddress.encode(address.server().value()) + "/progress";
    }

    static @Nullable String pending(Session session) {
        return switch (session.state()) {
            case PENDING, STARTING -> "spawn";
            case STOPPING -> "stop";
            case READY, STOPPED, FAILED -> null;
        };
    }

    static @Nullable String time(@Nullable Instant instant) {
        return instant == null ? null : TIME.format(instant);
    }
}
