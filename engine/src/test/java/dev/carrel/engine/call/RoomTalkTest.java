/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.chassis.site.InstanceSettings;
import dev.carrel.engine.cluster.RoomStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What instances say of their room, and how long it counts. */
class RoomTalkTest {
    private final List<RoomStore.Told> words = new ArrayList<>();
    private final RoomStore store = new RoomStore() {
        @Override
        public void tell(Told told) {
            words.add(told);
        }

        @Override
        public List<Told> told() {
            return words;
        }
    };

    private final Neighbours neighbours = new Neighbours("one", (_, _, _, _) -> {
        throw new AssertionError("nothing is sent");
    });
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private Offer offer = Offer.NONE;

    private RoomTalk talk(String name) {
        Clock clock = new Clock() {
            @Override
            public ZoneOffset getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return now;
            }
        };
        return new RoomTalk(
                store,
                new InstanceSettings(name, name.isEmpty() ? 0 : 8010, "127.0.0.1", "10.0.0.1", "", "", ""),
                neighbours,
                () -> offer,
                clock,
                System::nanoTime);
    }

    private void pass(Duration time) {
        now = now.plus(time);
    }

    @Test
    void whatIsNewIsSaidAtOnceAndTheSameNowAndThen() {
        RoomTalk talk = talk("one");

        talk.talk();
        assertThat(words).singleElement().satisfies(told -> {
            assertThat(told.host()).isEqualTo("10.0.0.1");
            assertThat(told.port()).isEqualTo(8010);
            assertThat(told.until()).isEqualTo(now.plusSeconds(15));
        });
        pass(Duration.ofSeconds(1));
        talk.talk();
        assertThat(words).hasSize(1);
        offer = new Offer(3, Map.of());
        talk.talk();
        assertThat(words).hasSize(2);
        pass(Duration.ofSeconds(5));
        talk.talk();
        assertThat(words).hasSize(3);
        assertThat(Offer.of(words.getLast().text())).isEqualTo(offer);
        assertThat(neighbours.any()).as("nobody is their own neighbour").isFalse();
    }

    @Test
    void anothersWordCountsUntilItIsTooOld() {
        RoomTalk talk = talk("one");
        words.add(new RoomStore.Told("two", "10.0.0.2", 8010, "{}", now.plusSeconds(5)));

        talk.talk();
        assertThat(neighbours.any()).isTrue();
        pass(Duration.ofSeconds(6));
        talk.talk();

        assertThat(neighbours.any()).isFalse();
    }

    @Test
    void whoEndsTakesTheirWordBackAndSaysNoMore() {
        RoomTalk talk = talk("one");
        offer = new Offer(3, Map.of());
        talk.talk();

        talk.stop();
        assertThat(Offer.of(words.getLast().text())).isEqualTo(Offer.NONE);
        assertThat(words.getLast().until()).isEqualTo(now);
        int said = words.size();
        pass(Duration.ofSeconds(9));
        talk.talk();

        assertThat(words).hasSize(said);
    }

    @Test
    void aloneNobodySaysAnything() {
        RoomTalk alone = talk("");

        alone.start();
        alone.stop();

        assertThat(words).isEmpty();
    }
}
