/* Copyright the Carrel authors. */
package dev.carrel.launcher;

/** Something the person at the terminal must hear; printed without a stack trace. */
final class LauncherException extends RuntimeException {
    private static final long serialVersionUID = 1;

    LauncherException(String message) {
        super(message);
    }

    LauncherException(String message, Throwable cause) {
        super(message, cause);
    }
}
