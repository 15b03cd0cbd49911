/* Copyright the Carrel authors. */
package dev.carrel.protocol.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.protocol.wire.MalformedMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkerCodecTest {
    private static final byte[] BODY = {0, 1, (byte) 0xff};
    private static final byte[] NONE = {};
    private final WorkerCodec codec = new WorkerCodec();

    @Property(tries = 100)
    void whatAWorkerSaysComesBackAsItWas(@ForAll("fromWorker") FromWorker message) throws MalformedMessage {
        assertThat(codec.decodeFromWorker(codec.encode(message)))
                .usingRecursiveComparison()
                .isEqualTo(message);
    }

    @Property(tries = 100)
    void whatAnEngineSaysComesBackAsItWas(@ForAll("toWorker") ToWorker message) throws MalformedMessage {
        assertThat(codec.decodeToWorker(codec.encode(message)))
                .usingRecursiveComparison()
                .isEqualTo(message);
    }

    @Property(tries = 2000)
    void anyFramesAreDecodedOrRefusedAndNothingElse(
            @ForAll("names") String name, @ForAll("objects") String object, @ForAll byte[] body) {
        List<byte[]> frames = List.of(name.getBytes(UTF_8), object.getBytes(UTF_8), body);
        for (boolean toWorker : new boolean[] {true, false}) {
            try {
                assertThat(toWorker ? codec.decodeToWorker(frames) : codec.decodeFromWorker(frames))
                        .isNotNull();
            } catch (MalformedMessage e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "hello|null",
                "hello|[]",
                "hello|{}",
                "hello|not json",
                "hello|{\"protocol\":1,\"token\":\"t\"} x",
                "hello|{\"protocol\":\"1\",\"token\":\"t\"}",
                "hello|{\"protocol\":1,\"token\":null}",
                "hello|{\"protocol\":1,\"token\":\"a\",\"token\":\"b\"}",
                "Hello|{\"protocol\":1,\"token\":\"t\"}",
                "ready|{\"handlers\":[1],\"credits\":1}",
                "ready|{\"handlers\":[\"\"],\"credits\":1}",
                "ready|{\"handlers\":[\"f\"],\"credits\":0}",
                "ready|{\"handlers\":[\"f\"],\"credits\":99999999999999999999}",
                "answer|{\"id\":\"1\",\"status\":99,\"type\":\"\",\"headers\":{},\"streamed\":false}",
                "answer|{\"id\":\"1\",\"status\":200,\"type\":\"a\\nb\",\"headers\":{},\"streamed\":false}",
                "answer|{\"id\":\"1\",\"status\":200,\"type\":\"\",\"headers\":{\"a\":\"b\\r\\nc: d\"},\"streamed\":false}",
                "answer|{\"id\":\"1\",\"status\":200,\"type\":\"\",\"headers\":{\"a b\":\"c\"},\"streamed\":false}",
                "answer|{\"id\":\"1\",\"status\":200,\"type\":\"\",\"headers\":{\"a\":[]},\"streamed\":false}",
                "answer|{\"id\":\"\",\"status\":200,\"type\":\"\",\"headers\":{},\"streamed\":false}",
                "failed|{\"id\":\"1\",\"kind\":\"OTHER\",\"error\":\"\",\"traceback\":\"\"}",
                "chunk|{}",
                "init|{}",
                "|{}"
            })
    void refusesWhatNoWorkerMaySay(String name, String object) {
        List<byte[]> frames = List.of((name == null ? "" : name).getBytes(UTF_8), object.getBytes(UTF_8));

        assertThatThrownBy(() -> codec.decodeFromWorker(frames)).isInstanceOf(MalformedMessage.class);
    }

    @Test
    void refusesTooFewAndTooManyFrames() {
        assertThatThrownBy(() -> codec.decodeFromWorker(List.of("beat".getBytes(UTF_8))))
                .hasMessageContaining("1 frames (expected: 2 or 3)");
        assertThatThrownBy(() -> codec.decodeFromWorker(List.of("beat".getBytes(UTF_8), NONE, NONE, NONE)))
                .hasMessageContaining("4 frames (expected: 2 or 3)");
        assertThatThrownBy(() -> codec.decodeFromWorker(List.of())).isInstanceOf(MalformedMessage.class);
    }

    @Test
    void ignoresMembersItDoesNotKnow() throws MalformedMessage {
        String object = "{\"id\":\"7\",\"new\":{\"a\":[1,{\"b\":null}]},\"newer\":1.5,\"error\":null}";

        assertThat(codec.decodeFromWorker(List.of("end".getBytes(UTF_8), object.getBytes(UTF_8))))
                .isEqualTo(new FromWorker.End("7", null));
    }

    @Test
    void refusesDeepNesting() {
        String object = "{\"id\":\"7\",\"x\":" + "[".repeat(100_000);

        assertThatThrownBy(() -> codec.decodeFromWorker(List.of("end".getBytes(UTF_8), object.getBytes(UTF_8))))
                .isInstanceOf(MalformedMessage.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {"{}|{}", "[1|{}", "[]]|{}", "[],\"handler\":\"x\"|{}", "1|{}", "[]|[]", "[]|{\"a\":}", "[]|{} {}"})
    void refusesToSendArgumentsThatAreNone(String arguments, String keywords) {
        ToWorker call = new ToWorker.Call("1", "f", "GET", arguments, keywords, "", Map.of(), 1, NONE);

        assertThatThrownBy(() -> codec.encode(call)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void halvesOfSurrogatePairsDoNoHarm() throws MalformedMessage {
        ToWorker call = new ToWorker.Call(
                "1", "\udc00", "GET", "[\"\ud83d\ude00 \ud83d\"]", "{}", "", Map.of("a", "\ud800"), 1, NONE);

        ToWorker.Call back = (ToWorker.Call) codec.decodeToWorker(codec.encode(call));

        assertThat(back.arguments()).isEqualToIgnoringCase("[\"\\ud83d\\ude00 \\ud83d\"]");
        assertThat(back.handler()).isEqualTo("\udc00");
    }

    @Test
    void noTokenAndNoEnvironmentIsShownInLogs() {
        assertThat(new FromWorker.Hello(1, "s3cret").toString()).doesNotContain("s3cret");
        assertThat(init("s3cret").toString()).doesNotContain("s3cret");
    }

    private static ToWorker init(String secret) {
        return new ToWorker.Init(
                "alice",
                "calc",
                3,
                "python3",
                "def f():\n  return 'ü€😀'",
                Map.of("data/x.bin", BODY, "empty", NONE),
                List.of("f", "g"),
                Map.of("KEY", secret),
                4,
                1 << 20);
    }

    @Provide
    Arbitrary<FromWorker> fromWorker() {
        return Arbitraries.of(
                new FromWorker.Hello(1, "t0ken"),
                new FromWorker.Ready(List.of("add", "größe"), 4),
                new FromWorker.Ready(List.of(), 1),
                new FromWorker.Unfit("SyntaxError: x", "line 1\nline 2"),
                new FromWorker.Answer("1", 200, "text/plain; charset=utf-8", Map.of("X-A", "b"), false, BODY),
                new FromWorker.Answer("1", 599, "", Map.of(), true, NONE),
                new FromWorker.Chunk("1", BODY),
                new FromWorker.End("1", null),
                new FromWorker.End("1", "broke off"),
                new FromWorker.Failed("1", FromWorker.Kind.RAISED, "E: x", "tb"),
                new FromWorker.Failed("1", FromWorker.Kind.ARGUMENTS, "", ""),
                new FromWorker.Failed("1", FromWorker.Kind.UNKNOWN_HANDLER, "", ""),
                new FromWorker.Failed("1", FromWorker.Kind.RESULT, "", ""),
                new FromWorker.Log(null, "outside"),
                new FromWorker.Log("1", "ü\u0000\n"),
                new FromWorker.Beat(),
                new FromWorker.Bye());
    }

    @Provide
    Arbitrary<ToWorker> toWorker() {
        return Arbitraries.of(
                init("s"),
                new ToWorker.Call("1", "f", "POST", "[1,\"a\",null]", "{\"k\":{}}", "", Map.of("a", "b"), 30_000, NONE),
                new ToWorker.Call("1", "", "GET", "[]", "{}", "image/png", Map.of(), 0, BODY),
                new ToWorker.More("1", 16),
                new ToWorker.Cancel("1"),
                new ToWorker.Drain(),
                new ToWorker.Beat(),
                new ToWorker.Refused("no such token"));
    }

    @Provide
    Arbitrary<String> names() {
        return Arbitraries.of(
                "answer", "chunk", "end", "failed", "log", "hello", "ready", "unfit", "bye", "beat", "init", "call",
                "more", "cancel", "drain", "refused", "", "x");
    }

    /** Objects whose members have the right names, and often wrong values. */
    @Provide
    Arbitrary<String> objects() {
        Arbitrary<String> name = Arbitraries.of(
                "id",
                "status",
                "type",
                "headers",
                "streamed",
                "error",
                "traceback",
                "kind",
                "text",
                "protocol",
                "token",
                "handlers",
                "credits",
                "arguments",
                "keywords",
                "files",
                "code",
                "millis",
                "chunks");
        Arbitrary<String> value = Arbitraries.of(
                "1",
                "-1",
                "1e99",
                "200",
                "99999999999999999999999",
                "\"a\"",
                "\"\\ud800\"",
                "null",
                "true",
                "[]",
                "[\"a\"]",
                "[[1]]",
                "{}",
                "{\"a\":\"b\"}",
                "{\"a\":{}}",
                "\"RAISED\"",
                "",
                "[",
                "{",
                "\"");
        return name.flatMap(n -> value.map(v -> "\"" + n + "\":" + v))
                .list()
                .ofMaxSize(6)
                .map(members -> new ArrayList<>(members))
                .map(members -> "{" + String.join(",", members) + "}");
    }
}
