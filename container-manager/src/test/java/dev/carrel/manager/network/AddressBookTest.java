/* Copyright the Carrel authors. */
package dev.carrel.manager.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.manager.docker.SessionList;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.FailureCode;
import dev.carrel.protocol.name.SessionId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** No address comes to a second session while anybody may still hold a route to the first. */
class AddressBookTest {
    private static final Subnet WIDE = Subnet.parse("172.19.0.0/16").orElseThrow();
    private static final Subnet SMALL = Subnet.parse("10.5.5.0/27").orElseThrow();

    @TempDir
    Path folder;

    private final Map<SessionId, String> running = new HashMap<>();
    private final Hand clock = new Hand();
    private AddressBook book;

    /** A clock that is moved by hand. */
    private static final class Hand extends Clock {
        private Instant now = Instant.parse("2026-03-01T12:00:00Z");

        void move(Duration by) {
            now = now.plus(by);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException("nobody asks");
        }
    }

    @BeforeEach
    void open() {
        book = new AddressBook(folder.resolve("addresses"), clock, new SessionList() {
            @Override
            public Set<SessionId> sessions() {
                return Set.copyOf(running.keySet());
            }

            @Override
            public Map<SessionId, String> addresses() {
                return Map.copyOf(running);
            }
        });
    }

    private SessionId start(Subnet subnet) throws Exception {
        SessionId session = SessionId.random();
        running.put(session, book.give(session, subnet));
        return session;
    }

    private String end(SessionId session) {
        return String.valueOf(running.remove(session));
    }

    @Test
    void anAddressIsNotGivenAgainThoughItsSessionHasEnded() throws Exception {
        Set<String> given = new HashSet<>();
        for (int i = 0; i < 2_000; i++) {
            assertThat(given.add(end(start(WIDE)))).isTrue();
            clock.move(Duration.ofSeconds(1));
        }
    }

    @Test
    void aRestartAnywhereForgetsNothing() throws Exception {
        Set<String> given = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            assertThat(given.add(end(start(WIDE)))).isTrue();
            open();
        }
    }

    @Test
    void theSameStartSentAgainGetsTheSameAddress() throws Exception {
        SessionId session = start(WIDE);
        open();

        assertThat(book.give(session, WIDE)).isEqualTo(running.get(session));
    }

    @Test
    void aSmallNetworkRunsOutRatherThanGiveAnAddressEarly() throws Exception {
        List<SessionId> sessions = new ArrayList<>();
        for (int i = 0; i < SMALL.size(); i++) {
            sessions.add(start(SMALL));
        }
        sessions.forEach(this::end);

        assertThatThrownBy(() -> start(SMALL))
                .isInstanceOfSatisfying(
                        CommandFailure.class, e -> assertThat(e.code()).isEqualTo(FailureCode.NO_RESOURCES))
                .hasMessageContaining("10.5.5.0/27 has " + SMALL.size() + " for sessions")
                .hasMessageContaining("default-address-pools");
        clock.move(Duration.ofMinutes(59));
        assertThatThrownBy(() -> start(SMALL)).isInstanceOf(CommandFailure.class);
    }

    @Test
    void anAddressRestsAnHourFromWhenItsSessionWasFirstMissed() throws Exception {
        SessionId first = start(SMALL);
        List<SessionId> others = new ArrayList<>();
        for (int i = 1; i < SMALL.size(); i++) {
            others.add(start(SMALL));
        }
        clock.move(Duration.ofDays(3));
        String freed = end(first);
        // Nobody looked for three days; that it ended just now is only known now.
        assertThatThrownBy(() -> start(SMALL)).isInstanceOf(CommandFailure.class);
        clock.move(Duration.ofMinutes(61));
        open();

        assertThat(running.get(start(SMALL))).isEqualTo(freed);
        assertThat(others).allSatisfy(session -> assertThat(running).containsKey(session));
    }

    @Test
    void whoHasAContainerKeepsTheAddressForEver() throws Exception {
        SessionId kept = start(SMALL);
        for (int i = 0; i < 200; i++) {
            assertThat(running.get(start(SMALL))).isNotEqualTo(running.get(kept));
            running.keySet().retainAll(Set.of(kept));
            clock.move(Duration.ofMinutes(30));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "rubbish",
                "carrel addresses 1 172.19.0.0/16 -3\n",
                "carrel addresses 1 172.19.0.0/16 3\nx y\n"
            })
    void aDamagedBookIsBegunAnewWithoutTheAddressesOfThoseWhoRun(String damage) throws Exception {
        Set<String> inUse = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            inUse.add(running.get(start(WIDE)));
        }
        Files.writeString(folder.resolve("addresses"), damage);
        open();

        for (int i = 0; i < 100; i++) {
            assertThat(inUse.add(running.get(start(WIDE)))).isTrue();
        }
    }

    @Test
    void aBookThatCannotBeKeptGivesNothing() throws Exception {
        Files.createDirectories(folder.resolve("addresses.new"));

        assertThatThrownBy(() -> start(WIDE))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("cannot be noted in");
    }

    @ParameterizedTest
    @CsvSource({
        "172.19.0.0/16, 65518, 172.19.0.2, 172.19.255.239, 172.19.0.1, 172.19.255.240/28",
        "10.5.5.0/27, 14, 10.5.5.2, 10.5.5.15, 10.5.5.1, 10.5.5.16/28",
        "192.168.16.0/20, 4078, 192.168.16.2, 192.168.31.239, 192.168.16.1, 192.168.31.240/28"
    })
    void aNetworkIsDividedIntoHostSessionsAndOthers(
            String text, int size, String first, String last, String gateway, String others) {
        Subnet subnet = Subnet.parse(text).orElseThrow();

        assertThat(subnet).hasToString(text);
        assertThat(subnet.size()).isEqualTo(size);
        assertThat(subnet.address(0)).isEqualTo(first);
        assertThat(subnet.address(size - 1)).isEqualTo(last);
        assertThat(subnet.gateway()).isEqualTo(gateway);
        assertThat(subnet.others()).isEqualTo(others);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "fd00::/64", "10.0.0.0/28", "10.0.0.1/16", "256.0.0.0/8", "0.0.0.0/0", "10.0.0.0"})
    void whatHasNoRoomForSessionsIsNoNetworkOfOurs(String text) {
        assertThat(Subnet.parse(text)).isEmpty();
    }
}
