/* Copyright the Carrel authors. */
package dev.carrel.http.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The codec reads the same whatever the pieces, and one request at a time. */
class StrictServerCodecTest {
    private static final String CHUNKED = "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nT: u\r\n\r\n";
    private static final String NEXT = "GET /b HTTP/1.1\r\nHost: a\r\n\r\n";

    private static EmbeddedChannel channel() {
        return new EmbeddedChannel(StrictHttp.serverCodec(StrictHttpLimits.defaults()));
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
    }

    /** Everything that has come through, as text. */
    private static String drain(EmbeddedChannel channel) {
        StringBuilder seen = new StringBuilder();
        for (Object message = channel.readInbound(); message != null; message = channel.readInbound()) {
            if (message instanceof HttpRequest request) {
                seen.append(request.method()).append(' ').append(request.uri()).append(' ');
                assertThat(request.decoderResult().isSuccess()).isTrue();
            }
            if (message instanceof HttpContent content) {
                assertThat(content.decoderResult().isSuccess()).isTrue();
                seen.append(content.content().toString(StandardCharsets.ISO_8859_1));
            }
            if (message instanceof LastHttpContent) {
                seen.append(" end;");
            }
            ReferenceCountUtil.release(message);
        }
        return seen.toString();
    }

    private static void answer(EmbeddedChannel channel, HttpResponseStatus status) {
        channel.writeOutbound(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.EMPTY_BUFFER));
        channel.runPendingTasks();
        channel.releaseOutbound();
    }

    @Test
    void readsAChunkedRequestCutAnywhere() {
        for (int cut = 1; cut < CHUNKED.length(); cut++) {
            EmbeddedChannel channel = channel();
            channel.writeInbound(bytes(CHUNKED.substring(0, cut)));
            channel.writeInbound(bytes(CHUNKED.substring(cut)));

            assertThat(drain(channel)).as("cut at %s", cut).isEqualTo("POST /a hello world end;");
            channel.finishAndReleaseAll();
        }
    }

    @Test
    void readsAChunkedRequestByteByByte() {
        EmbeddedChannel channel = channel();
        for (char c : CHUNKED.toCharArray()) {
            channel.writeInbound(bytes(String.valueOf(c)));
        }

        assertThat(drain(channel)).isEqualTo("POST /a hello world end;");
        channel.finishAndReleaseAll();
    }

    @Test
    void holdsTheNextRequestBackUntilThisOneIsAnswered() {
        EmbeddedChannel channel = channel();
        channel.writeInbound(bytes(CHUNKED + NEXT + NEXT));
        assertThat(drain(channel)).isEqualTo("POST /a hello world end;");

        answer(channel, HttpResponseStatus.CONTINUE);
        assertThat(drain(channel)).as("100 is no answer yet").isEmpty();

        answer(channel, HttpResponseStatus.OK);
        assertThat(drain(channel)).isEqualTo("GET /b  end;");
        answer(channel, HttpResponseStatus.OK);
        assertThat(drain(channel)).isEqualTo("GET /b  end;");
        channel.finishAndReleaseAll();
    }

    @Test
    void readsOnWhenTheAnswerCameBeforeTheBodyEnded() {
        EmbeddedChannel channel = channel();
        channel.writeInbound(bytes("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc"));
        answer(channel, HttpResponseStatus.OK);
        channel.writeInbound(bytes("def" + NEXT));

        assertThat(drain(channel)).isEqualTo("POST /a abcdef end;GET /b  end;");
        channel.finishAndReleaseAll();
    }

    @Test
    void handsOnWhatItHoldsWhenItIsRemovedForAnUpgrade() {
        EmbeddedChannel channel = channel();
        channel.writeInbound(
                bytes("GET /a HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n\u0081\u0000"));
        assertThat(drain(channel)).isEqualTo("GET /a  end;");

        channel.pipeline().removeFirst();

        ByteBuf rest = channel.readInbound();
        assertThat(rest.toString(StandardCharsets.ISO_8859_1)).isEqualTo("\u0081\u0000");
        rest.release();
        channel.finishAndReleaseAll();
    }
}
