/* Copyright the Carrel authors. */
package dev.carrel.engine.desk;

import dev.carrel.engine.session.Session;
import dev.carrel.engine.session.SessionState;
import dev.carrel.engine.session.SessionStore;
import dev.carrel.engine.signin.ApiToken;
import dev.carrel.engine.signin.Rights;
import dev.carrel.engine.signin.Scope;
import dev.carrel.engine.signin.User;
import dev.carrel.engine.signin.UserStore;
import dev.carrel.engine.web.Principal;
import dev.carrel.protocol.name.SessionId;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;

/**
 * Who a session is: it shows its id and the token that its own server demands, {@code session.ID.TOKEN}, both of which it has in its environment. They are
 * good while the session is, here at the desk only, and for its owner's functions only.
 */
final class SessionBearers {
    /** How such a credential begins, so that no other token is looked up here. */
    static final String PREFIX = "session.";

    private static final int LONGEST = 300;
    private static final List<String> SCOPES = List.of("functions!user");

    private final SessionStore sessions;
    private final UserStore users;

    @Inject
    SessionBearers(SessionStore sessions, UserStore users) {
        this.sessions = sessions;
        this.users = users;
    }

    /** Empty when it is no living session's, or its owner may not sign in any more. */
    Optional<Principal> verify(String text) {
        String[] parts = text.split("\\.", 3);
        if (text.length() > LONGEST || parts.length != 3 || !text.startsWith(PREFIX)) {
            return Optional.empty();
        }
        Optional<Session> session = id(parts[1]).flatMap(sessions::find).filter(s -> lives(s) && same(s, parts[2]));
        return session.flatMap(
                s -> users.find(s.address().user()).filter(u -> !u.disabled()).map(u -> program(s, u)));
    }

    private static Optional<SessionId> id(String text) {
        try {
            return Optional.of(new SessionId(text));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static boolean lives(Session session) {
        return session.state() == SessionState.READY || session.state() == SessionState.STARTING;
    }

    /** In the same time however much of it is right. */
    private static boolean same(Session session, String token) {
        return MessageDigest.isEqual(
                session.upstreamToken().getBytes(StandardCharsets.UTF_8), token.getBytes(StandardCharsets.UTF_8));
    }

    private static Principal program(Session session, User user) {
        ApiToken token = new ApiToken(
                session.id().value(), user.name(), "a session's own", SCOPES, session.createdAt(), null, null);
        Rights rights =
                new Rights(user.name(), false, SCOPES.stream().map(Scope::parse).toList());
        return new Principal.Program(user, token, rights);
    }
}
