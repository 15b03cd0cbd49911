/* Copyright the Carrel authors. */
package dev.carrel.router.decide;

import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.signed.Claims;
import dev.carrel.router.route.PortRoute;

/** Which sessions a token opens, by JupyterHub's scopes. */
final class Scopes {
    private Scopes() {}

    /** Whether a token lets somebody use a port that is shared with them: one that may all that its owner may. */
    static boolean openShared(Claims token, PortRoute port) {
        return port.admits(token.subject()) && token.scopes().contains("inherit");
    }

    static boolean open(Claims token, SessionAddress session) {
        String user = session.user().value();
        boolean own = token.subject().equals(user);
        String byUser = "access:servers!user=" + user;
        String byServer =
                "access:servers!server=" + user + "/" + session.server().value();
        for (String scope : token.scopes()) {
            boolean opens = switch (scope) {
                // Unfiltered means everybody's; the engine gives it to nobody. Starting and stopping is not entering.
                case "access:servers" -> true;
                case "access:servers!user", "self", "inherit" -> own;
                default -> scope.equals(byUser) || scope.equals(byServer);
            };
            if (opens) {
                return true;
            }
        }
        return false;
    }
}
