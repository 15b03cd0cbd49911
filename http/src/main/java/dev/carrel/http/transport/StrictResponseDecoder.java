/* Copyright the Carrel authors. */
package dev.carrel.http.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Netty's response decoder behind the gates that requests pass, too: a head, a chunk's size line and trailers are held back until they are there in full
 * and nothing is wrong with them. An answer is only read after a request: bytes that nobody asked for end the connection, since whoever took it next
 * would take them for the answer to their own request. Event loop only.
 */
final class StrictResponseDecoder extends HttpResponseDecoder {
    private enum State {
        RESTING,
        HEAD,
        BODY,
        CHUNKED_BODY,
        SWITCHED,
        BAD
    }

    private final HeadScanner head;
    private final ChunkScanner chunks;
    private State state = State.RESTING;
    private boolean headMethod;
    private boolean dubious;

    StrictResponseDecoder(StrictHttpLimits limits) {
        super(StrictHttp.decoderConfig(limits));
        head = new HeadScanner(limits, new StatusLine(limits));
        chunks = new ChunkScanner(limits);
    }

    /** From now on one answer may come. */
    void requestWritten(boolean isHead) {
        dubious |= state != State.RESTING;
        if (state == State.RESTING) {
            state = State.HEAD;
            headMethod = isHead;
            head.reset();
        }
    }

    boolean inStep() {
        return state == State.RESTING && !dubious && actualReadableBytes() == 0;
    }

    @Override
    protected void decode(ChannelHandlerContext here, ByteBuf in, List<Object> out) throws Exception {
        switch (state) {
            case HEAD -> decodeHead(here, in, out);
            case BODY -> {
                super.decode(here, in, out);
                if (ends(out)) {
                    state = State.RESTING;
                }
            }
            case CHUNKED_BODY -> decodeChunked(here, in, out);
            case SWITCHED -> super.decode(here, in, out);
            case RESTING -> {
                state = State.BAD;
                in.skipBytes(in.readableBytes());
                here.close();
            }
            case BAD -> in.skipBytes(in.readableBytes());
        }
    }

    @Override
    protected boolean isContentAlwaysEmpty(HttpMessage message) {
        return headMethod
                        && message instanceof HttpResponse response
                        && response.status().codeClass() != HttpStatusClass.INFORMATIONAL
                || super.isContentAlwaysEmpty(message);
    }

    /** Both are refused, so neither may disappear before it has been looked at. */
    @Override
    protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
        dubious = true;
    }

    private void decodeHead(ChannelHandlerContext here, ByteBuf in, List<Object> out) throws Exception {
        head.scan(in);
        Refusal refusal = head.refusal();
        if (refusal != null) {
            refuse(in, out, unreadable(), refusal);
            return;
        }
        if (!head.complete()) {
            return;
        }
        super.decode(here, in, out);
        if (!(out.getFirst() instanceof HttpResponse response) || failed(response)) {
            state = State.BAD;
            return;
        }
        refusal = ResponseRules.check(response);
        if (refusal != null) {
            out.clear();
            refuse(in, out, response, refusal);
            return;
        }
        dubious |= ResponseRules.announcesImpossibleBody(response);
        headRead(response, ends(out));
    }

    private void headRead(HttpResponse response, boolean ended) {
        if (response.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
            state = State.SWITCHED;
        } else if (response.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
            head.reset();
        } else if (ended) {
            state = State.RESTING;
        } else if (HttpUtil.isTransferEncodingChunked(response)) {
            chunks.reset();
            state = State.CHUNKED_BODY;
        } else {
            state = State.BODY;
        }
    }

    private void decodeChunked(ChannelHandlerContext here, ByteBuf in, List<Object> out) throws Exception {
        boolean ready = chunks.ready(in);
        Refusal refusal = chunks.refusal();
        if (refusal != null) {
            refuse(in, out, new DefaultLastHttpContent(Unpooled.EMPTY_BUFFER), refusal);
        } else if (ready) {
            int before = in.readableBytes();
            super.decode(here, in, out);
            chunks.consumed(before - in.readableBytes());
            if (!out.isEmpty() && out.getLast() instanceof HttpObject last && failed(last)) {
                state = State.BAD;
            } else if (ends(out)) {
                state = State.RESTING;
            }
        }
    }

    private void refuse(ByteBuf in, List<Object> out, HttpObject message, Refusal refusal) {
        state = State.BAD;
        in.skipBytes(in.readableBytes());
        message.setDecoderResult(DecoderResult.failure(new RefusedMessageException(refusal)));
        out.add(message);
    }

    private static HttpResponse unreadable() {
        return new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.BAD_GATEWAY);
    }

    private static boolean ends(List<Object> out) {
        return !out.isEmpty() && out.getLast() instanceof LastHttpContent;
    }

    private static boolean failed(@Nullable HttpObject message) {
        return message != null && message.decoderResult().isFailure();
    }
}
