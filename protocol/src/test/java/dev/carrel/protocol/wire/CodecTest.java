/* Copyright the Carrel authors. */
package dev.carrel.protocol.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.protocol.command.Command;
import dev.carrel.protocol.command.Event;
import dev.carrel.protocol.command.FailureCode;
import dev.carrel.protocol.command.Limits;
import dev.carrel.protocol.command.Result;
import dev.carrel.protocol.command.SessionContainer;
import dev.carrel.protocol.name.SessionId;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.name.VolumeId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CodecTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00.123Z");
    private static final SessionId SESSION = SessionId.random();
    private final Codec codec = new Codec();

    @Property
    void everyMessageComesBackAsItWas(@ForAll("messages") Message body) throws MalformedMessage {
        Envelope envelope = Envelope.of("id-1", "engine", NOW, NOW.plusSeconds(30), body);

        assertThat(codec.decode(codec.encode(envelope))).isEqualTo(envelope);
    }

    @Property(tries = 2000)
    void anyBytesAreDecodedOrRefusedAndNothingElse(@ForAll byte[] bytes) {
        try {
            codec.decode(bytes);
        } catch (MalformedMessage e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "{}", "[]", "not json", """
                {"version":1,"id":"a","sender":"e","sentAt":"2026-03-01T12:00:00Z","deadline":"2026-03-01T12:00:00Z","body":null}""", """
                {"version":2,"id":"a","sender":"e","sentAt":"2026-03-01T12:00:00Z","deadline":"2026-03-01T12:00:00Z","body":{"kind":"request","command":{"type":"ping"}}}""", """
                {"version":1,"id":"a b","sender":"e","sentAt":"2026-03-01T12:00:00Z","deadline":"2026-03-01T12:00:00Z","body":{"kind":"request","command":{"type":"ping"}}}""", """
                {"version":1,"id":"a","sender":"e","sentAt":"2026-03-01T12:00:00Z","deadline":"2026-03-01T12:00:00Z","body":{"kind":"request","command":{"type":"run-anything"}}}""", """
                {"version":1,"id":"a","sender":"e","sentAt":"2026-03-01T12:00:00Z","deadline":"2026-03-01T12:00:00Z","body":{"kind":"request","command":{"type":"ping","privileged":true}}}""", """
                {"version":1,"id":"a","sender":"e","sentAt":"2026-03-01T12:00:00Z","deadline":"2026-03-01T12:00:00Z","body":{"kind":"request","command":{"type":"ensure-image","image":null}}}""", """
                {"version":1,"id":"a","sender":"e","sentAt":"2026-03-01T12:00:00Z","deadline":"2026-03-01T12:00:00Z","body":{"kind":"request","command":{"type":"ensure-image"}}}""", """
                {"version":1,"id":"a","sender":"e","sentAt":"2026-03-01T12:00:00Z","deadline":"2026-03-01T12:00:00Z","body":{"kind":"request","command":{"type":"inspect-session","session":"../../etc"}}}""", """
                {"version":1,"id":"a","id":"b","sender":"e","sentAt":"2026-03-01T12:00:00Z","deadline":"2026-03-01T12:00:00Z","body":{"kind":"request","command":{"type":"ping"}}}""", """
                {"version":1,"id":"a","sender":"e","sentAt":"2026-03-01T12:00:00Z","deadline":"2026-03-01T12:00:00Z","body":{"kind":"request","command":{"type":"ping"}}} trailing"""})
    void refusesWhatIsNoMessage(String json) {
        assertThatThrownBy(() -> codec.decode(json.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(MalformedMessage.class);
    }

    @Test
    void refusesOversizeBothWays() {
        String lines = "x".repeat(Codec.MAX_BYTES);
        Envelope envelope = Envelope.of("id", "m", NOW, NOW, new Message.Reply(new Result.LogLines(List.of(lines))));

        assertThatThrownBy(() -> codec.encode(envelope)).hasMessageContaining("expected: at most 262144");
        assertThatThrownBy(() -> codec.decode(new byte[Codec.MAX_BYTES + 1]))
                .hasMessageContaining("expected: at most 262144");
    }

    @Test
    void refusesDeepNesting() {
        assertThatThrownBy(() -> codec.decode("[".repeat(1000).getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(MalformedMessage.class);
    }

    @Test
    void aStartCommandShowsNoTokenInLogs() {
        assertThat(start().toString()).doesNotContain("s3cret");
    }

    private static Command start() {
        return new Command.StartSession(
                SESSION, UserName.of("alice"), "default", Limits.POLICY, VolumeId.random(), "/user/alice/", "s3cret");
    }

    @Provide
    Arbitrary<Message> messages() {
        SessionContainer container = new SessionContainer(SESSION, "c1", true, "172.30.0.2", 8888, NOW, null, false);
        SessionContainer ended = new SessionContainer(SESSION, "c1", false, null, 8888, NOW, 137, true);
        return Arbitraries.of(
                new Message.Request(new Command.Ping()),
                new Message.Request(new Command.EnsureImage("default")),
                new Message.Request(start()),
                new Message.Request(new Command.StopSession(SESSION, Duration.ofSeconds(10))),
                new Message.Request(new Command.RemoveSession(SESSION)),
                new Message.Request(new Command.InspectSession(SESSION)),
                new Message.Request(new Command.ListSessions()),
                new Message.Request(new Command.SessionStats(SESSION)),
                new Message.Request(new Command.TailLog(SESSION, 50)),
                new Message.Request(new Command.OpenSessionDesk()),
                new Message.Request(new Command.Recover()),
                new Message.Request(new Command.Subscribe()),
                new Message.Progress(40, "Creating the container"),
                new Message.Reply(new Result.Done()),
                new Message.Reply(new Result.Pong("b", true, NOW)),
                new Message.Reply(new Result.ImageReady("default", "sha256:1", false)),
                new Message.Reply(new Result.Session(container)),
                new Message.Reply(new Result.Sessions(List.of(container, ended))),
                new Message.Reply(new Result.Stats(1, 2, 3, 4)),
                new Message.Reply(new Result.SessionDesk("172.30.0.1", 8007)),
                new Message.Reply(new Result.LogLines(List.of("a", "ü\n"))),
                new Message.Reply(new Result.Failed(FailureCode.IMAGE_MISSING, "image: x")),
                new Message.Notice(new Event.SessionExited(SESSION, "c1", null, false, NOW, List.of("last"))),
                new Message.Notice(new Event.SessionRemoved(SESSION, "c1", NOW)));
    }
}
