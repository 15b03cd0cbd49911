/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.engine.signin.AuditEvent;
import org.junit.jupiter.api.Test;

abstract class AuditLogContract extends StoreContract {
    static AuditEvent event(String subject) {
        return new AuditEvent(NOW, "ada", "user.disabled", subject, "192.0.2.1", "r1", "done");
    }

    @Test
    void givesTheLatestFirst() {
        stores.audit().append(event("one"));
        stores.audit().append(event("two"));
        stores.audit().append(event("three\r\nfour"));

        assertThat(stores.audit().latest(2)).containsExactly(event("three\r\nfour"), event("two"));
    }

    @Test
    void isWholeWhenNobodyTouchedIt() {
        assertThat(stores.audit().verify()).isEmpty();
        stores.audit().append(event("one"));
        stores.audit().append(event("two"));
        assertThat(stores.audit().verify()).isEmpty();
    }

    @Test
    void isOneChainHoweverManyWriteAtOnce() throws Exception {
        atOnce(16, () -> {
            stores.audit().append(event("x"));
            return true;
        });

        assertThat(stores.audit().latest(100)).hasSize(16);
        assertThat(stores.audit().verify()).isEmpty();
    }
}
