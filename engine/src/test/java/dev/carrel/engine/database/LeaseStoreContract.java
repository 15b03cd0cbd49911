/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

abstract class LeaseStoreContract extends StoreContract {
    private boolean take(String holder, int now, int until) {
        return stores.leases().take("leader", holder, NOW.plusSeconds(now), NOW.plusSeconds(until));
    }

    @Test
    void aLeaseIsItsHoldersUntilItRunsOut() {
        assertThat(take("one", 0, 10)).isTrue();
        assertThat(take("two", 9, 19)).isFalse();
        assertThat(take("one", 9, 19)).isTrue();
        assertThat(take("two", 18, 28)).isFalse();
        assertThat(take("two", 19, 29)).isTrue();
        assertThat(take("one", 20, 30)).isFalse();
    }

    @Test
    void onlyItsHolderGivesItUp() {
        take("one", 0, 10);

        stores.leases().give("leader", "two");
        assertThat(take("two", 1, 11)).isFalse();

        stores.leases().give("leader", "one");
        assertThat(take("two", 1, 11)).isTrue();
    }

    @Test
    void ofManyWhoWantItAtOnceOneGetsIt() throws Exception {
        List<Boolean> taken = atOnce(16, () -> take(UUID.randomUUID().toString(), 0, 10));

        assertThat(Collections.frequency(taken, true)).isOne();
    }
}
