/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

import dev.carrel.protocol.name.UserName;
import java.util.List;

/**
 * What a caller may do: what their account may, narrowed to a token's scopes when they came with one. An administrator may do everything to everybody
 * but enter their sessions or let others in. Immutable.
 *
 * @param user the account
 * @param admin whether it is an administrator's
 * @param scopes of the token; {@code inherit} alone for a signed-in person
 */
public record Rights(UserName user, boolean admin, List<Scope> scopes) {
    /** Copies the list. */
    public Rights {
        scopes = List.copyOf(scopes);
    }

    /** All that an account may. */
    public static Rights of(User user) {
        return new Rights(user.name(), user.admin(), List.of(Scope.INHERIT));
    }

    /** Whether {@code scope} may be used on an account, or on anything when {@code target} is the caller's own. */
    public boolean may(String scope, UserName target) {
        return may(scope, target, "");
    }

    /** Whether {@code scope} may be used on one server of an account. */
    public boolean may(String scope, UserName target, String server) {
        String owner = user.value();
        boolean account = owner.equals(target.value()) && Scope.own(scope) || admin && !Scope.entering(scope);
        return account && scopes.stream().anyMatch(s -> s.allows(scope, owner, target.value(), server));
    }

    /** Whether {@code scope} may be used on everybody. */
    public boolean mayOnAll(String scope) {
        return admin
                && !Scope.entering(scope)
                && scopes.stream()
                        .anyMatch(s -> s.filter().isEmpty()
                                && !s.name().equals("self")
                                && s.allows(scope, user.value(), "", ""));
    }

    /** Whether a token with this scope would let its holder do nothing that this caller may not. */
    boolean mayGrant(Scope scope) {
        if (scope.name().equals("inherit")) {
            return scopes.contains(Scope.INHERIT);
        }
        if (scope.name().equals("self")) {
            return scopes.contains(Scope.INHERIT) || scopes.contains(new Scope("self", ""));
        }
        if (scope.filter().isEmpty()) {
            return mayOnAll(scope.name());
        }
        if (scope.filter().equals("user")) {
            return mayOnAccount(scope.name(), user);
        }
        String target = scope.filter().substring(scope.filter().indexOf('=') + 1);
        if (scope.filter().startsWith("user=")) {
            return mayOnAccount(scope.name(), UserName.of(target));
        }
        String[] server = target.split("/", 2);
        return may(scope.name(), UserName.of(server[0]), server[1]);
    }

    /** On the account and every server of it: to one server, the default one too, is not enough. */
    private boolean mayOnAccount(String scope, UserName target) {
        List<Scope> whole =
                scopes.stream().filter(s -> !s.filter().startsWith("server=")).toList();
        return new Rights(user, admin, whole).may(scope, target);
    }
}
