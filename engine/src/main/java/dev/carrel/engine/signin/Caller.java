/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

/**
 * Who asks for a change and whence; for the audit log and the limits on guessing.
 *
 * @param name of the acting user; empty for somebody not signed in, {@code (command line)} for the operator
 * @param remote address of the client
 * @param requestId under which other logs speak of it
 */
public record Caller(String name, String remote, String requestId) {
    /** The operator at the machine itself. */
    public static final Caller COMMAND_LINE = new Caller("(command line)", "local", "");
}
