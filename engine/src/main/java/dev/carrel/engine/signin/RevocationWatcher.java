/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

/** Hears at once that the list of revocations has grown. Must return soon and must not throw: a reconcile repeats what was missed. */
@FunctionalInterface
public interface RevocationWatcher {
    /** Called on the thread that revoked, after the transaction. */
    void revocationsChanged();
}
