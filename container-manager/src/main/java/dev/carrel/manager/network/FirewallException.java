/* Copyright the Carrel authors. */
package dev.carrel.manager.network;

/** The firewall is not as it must be; the message says what and how to mend it. No session may be started. */
final class FirewallException extends Exception {
    private static final long serialVersionUID = 1;

    FirewallException(String message) {
        super(message);
    }
}
