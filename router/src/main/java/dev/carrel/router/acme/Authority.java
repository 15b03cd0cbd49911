/* Copyright the Carrel authors. */
package dev.carrel.router.acme;

import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.List;

/** Whoever gives certificates. */
@FunctionalInterface
interface Authority {
    /**
     * Has a certificate for these names; blocks, for minutes perhaps. One order at a time.
     *
     * @throws OrderFailed when none came of it
     * @throws InterruptedException when the thread was interrupted
     */
    Issued order(List<String> names) throws OrderFailed, InterruptedException;

    /**
     * What was had.
     *
     * @param key made for this order
     * @param chain the own certificate first
     */
    record Issued(KeyPair key, List<X509Certificate> chain) {}
}
