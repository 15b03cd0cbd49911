/* Copyright the Carrel authors. */
package dev.carrel.http.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The codec reads one answer for each request, the same whatever the pieces, and knows when the connection is out of step. */
class StrictClientCodecTest {
    private final StrictClientCodec codec = StrictHttp.clientCodec(StrictHttpLimits.defaults());
    private final EmbeddedChannel channel = new EmbeddedChannel(codec);

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
    }

    private static void ask(EmbeddedChannel channel, HttpMethod method) {
        channel.writeOutbound(new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, method, "/"));
        channel.releaseOutbound();
    }

    /** Everything that has come through, as text. */
    private static String drain(EmbeddedChannel channel) {
        StringBuilder seen = new StringBuilder();
        for (Object message = channel.readInbound(); message != null; message = channel.readInbound()) {
            if (message instanceof HttpObject part && part.decoderResult().isFailure()) {
                seen.append("refused:")
                        .append(StrictHttp.refusal(part.decoderResult())
                                .map(Refusal::code)
                                .orElse("?"));
            } else {
                if (message instanceof HttpResponse response) {
                    seen.append(response.status().code()).append(' ');
                }
                if (message instanceof HttpContent content) {
                    seen.append(content.content().toString(StandardCharsets.ISO_8859_1));
                }
                if (message instanceof ByteBuf raw) {
                    seen.append("raw:").append(raw.toString(StandardCharsets.ISO_8859_1));
                }
                if (message instanceof LastHttpContent) {
                    seen.append(';');
                }
            }
            ReferenceCountUtil.release(message);
        }
        return seen.toString();
    }

    @Test
    void readsAnAnswerCutAnywhere() {
        for (String answer : List.of(
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
                "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + "3;a=b\r\nhel\r\n2\r\nlo\r\n0\r\nT: u\r\n\r\n")) {
            for (int cut = 0; cut <= answer.length(); cut++) {
                StrictClientCodec here = StrictHttp.clientCodec(StrictHttpLimits.defaults());
                EmbeddedChannel pieces = new EmbeddedChannel(here);
                ask(pieces, HttpMethod.GET);
                pieces.writeInbound(bytes(answer.substring(0, cut)));
                boolean before = here.inStep();
                pieces.writeInbound(bytes(answer.substring(cut)));

                assertThat(drain(pieces).replaceFirst("103 ;", ""))
                        .as("cut at %d", cut)
                        .isEqualTo("200 hello;");
                assertThat(before).as("cut at %d", cut).isEqualTo(cut == answer.length());
                assertThat(here.inStep()).isTrue();
                pieces.finishAndReleaseAll();
            }
        }
    }

    @Test
    void refusesWhatIsOddWhereverItIsCut() {
        String odd = "HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n";
        for (int cut = 0; cut <= odd.length(); cut++) {
            EmbeddedChannel pieces = new EmbeddedChannel(StrictHttp.clientCodec(StrictHttpLimits.defaults()));
            ask(pieces, HttpMethod.GET);
            pieces.writeInbound(bytes(odd.substring(0, cut)));
            pieces.writeInbound(bytes(odd.substring(cut)));

            assertThat(drain(pieces)).as("cut at %d", cut).isEqualTo("refused:http.folded-header");
            pieces.finishAndReleaseAll();
        }
    }

    @Test
    void knowsThatAnAnswerToHeadHasNoBody() {
        ask(channel, HttpMethod.HEAD);
        channel.writeInbound(bytes("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"));
        assertThat(drain(channel)).isEqualTo("200 ;");
        assertThat(codec.inStep()).isTrue();

        ask(channel, HttpMethod.GET);
        assertThat(codec.inStep()).isFalse();
        channel.writeInbound(bytes("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"));
        assertThat(drain(channel)).isEqualTo("200 hello;");
        channel.finishAndReleaseAll();
    }

    @Test
    void closesWhenSomethingComesThatNobodyAskedFor() {
        channel.writeInbound(bytes("HTTP/1.1 408 Request Timeout\r\n\r\n"));

        assertThat(channel.isOpen()).isFalse();
        assertThat(drain(channel)).isEmpty();
        channel.finishAndReleaseAll();
    }

    @Test
    void isOutOfStepForEverAfterAnythingBeyondAnAnswer() {
        ask(channel, HttpMethod.GET);
        channel.writeInbound(bytes("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloH"));

        assertThat(drain(channel)).isEqualTo("200 hello;");
        assertThat(codec.inStep()).isFalse();
        assertThat(channel.isOpen()).isFalse();
        channel.finishAndReleaseAll();
    }

    @Test
    void isNeverInStepAgainWhenTwoRequestsWereWrittenAtOnce() {
        ask(channel, HttpMethod.GET);
        ask(channel, HttpMethod.GET);
        channel.writeInbound(bytes("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na"));

        assertThat(drain(channel)).isEqualTo("200 a;");
        assertThat(codec.inStep()).isFalse();
        channel.finishAndReleaseAll();
    }

    @Test
    void passesBytesUntouchedAfterASwitch() {
        ask(channel, HttpMethod.GET);
        channel.writeInbound(bytes("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: x\r\n\r\nHTTP/1.1 not one"));

        assertThat(drain(channel)).isEqualTo("101 ;raw:HTTP/1.1 not one");
        assertThat(codec.inStep()).isFalse();
        channel.finishAndReleaseAll();
    }

    @Test
    void readsUntilTheEndWhereNothingElseTellsTheLength() {
        ask(channel, HttpMethod.GET);
        channel.writeInbound(bytes("HTTP/1.1 200 OK\r\n\r\nhel"));
        channel.writeInbound(bytes("lo"));
        assertThat(drain(channel)).isEqualTo("200 hello");

        channel.finish();
        assertThat(drain(channel)).isEqualTo(";");
        assertThat(codec.inStep()).isFalse();
        channel.finishAndReleaseAll();
    }
}
