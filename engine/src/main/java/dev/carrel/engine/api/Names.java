/* Copyright the Carrel authors. */
package dev.carrel.engine.api;

import dev.carrel.http.server.HttpFailure;
import dev.carrel.http.server.Request;
import dev.carrel.protocol.name.ServerName;
import dev.carrel.protocol.name.UserName;

/** Names in paths. */
final class Names {
    private Names() {}

    /** The user of the path. */
    static UserName user(Request request) {
        return user(request.pathParameter("name"));
    }

    static UserName user(String typed) {
        try {
            return UserName.of(typed);
        } catch (IllegalArgumentException e) {
            throw new HttpFailure(400, "user.name", String.valueOf(e.getMessage()));
        }
    }

    /** The named server of the path. */
    static ServerName server(Request request) {
        try {
            return new ServerName(request.pathParameter("server"));
        } catch (IllegalArgumentException e) {
            throw new HttpFailure(400, "server.name", String.valueOf(e.getMessage()));
        }
    }
}
