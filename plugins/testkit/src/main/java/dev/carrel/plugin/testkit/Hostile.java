/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import java.util.List;

/** Texts that others choose and that must do no harm. */
final class Hostile {
    /** What would run in a page that did not escape it. */
    static final String SCRIPT = "<script>alert('carrel')</script>\"><img src=x onerror=alert(1)>";

    static final List<String> TEXTS = List.of(
            "",
            " ",
            SCRIPT,
            "../../etc/passwd",
            "%00",
            "\u0000",
            "a\r\nSet-Cookie: x=y",
            "'; drop table users; --",
            "${jndi:ldap://x}",
            "😀 世界 \u202e",
            "x".repeat(10_000));

    private Hostile() {}
}
