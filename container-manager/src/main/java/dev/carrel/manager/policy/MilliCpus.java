/* Copyright the Carrel authors. */
package dev.carrel.manager.policy;

import java.math.BigDecimal;

/** Cores as people write them, {@code 2} or {@code 0.5}, in thousandths. */
final class MilliCpus {
    /** A part of a core the kernel can still schedule, up to more cores than any machine has. */
    static final String FORM = "(0\\.\\d{1,3}|[1-9]\\d{0,3}(\\.\\d{1,3})?)";

    private MilliCpus() {}

    static int parse(String cpus) {
        return new BigDecimal(cpus).movePointRight(3).intValueExact();
    }

    static void check(String key, String cpus) {
        if (parse(cpus) < 10) {
            throw new IllegalArgumentException(key + ": \"" + cpus + "\" (expected: 0.01 or more)");
        }
    }
}
