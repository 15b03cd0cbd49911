/* Copyright the Carrel authors. */
package dev.carrel.engine.function;

import dev.carrel.protocol.name.FunctionName;
import dev.carrel.protocol.name.UserName;

/** A function: whose, and its name among theirs. */
public record FunctionId(UserName owner, FunctionName name) {
    /** As it stands in URLs before encoding: {@code name.owner}. */
    @Override
    public String toString() {
        return name + "." + owner;
    }
}
