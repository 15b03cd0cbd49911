/* Copyright the Carrel authors. */
package dev.carrel.http.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Netty's request decoder behind two gates. The first is spelling: a head, a chunk's size line and the trailers are held back until
 * they are there in full and the scanners found nothing wrong. The second is order: after a request's last byte nothing more is
 * decoded until its answer has been written. Event loop only.
 */
final class StrictRequestDecoder extends HttpRequestDecoder {
    private enum State {
        BETWEEN_REQUESTS,
        HEAD,
        SIZED_BODY,
        CHUNKED_BODY,
        ANSWERING,
        BAD
    }

    private final HeadScanner head;
    private final ChunkScanner chunks;
    private State state = State.BETWEEN_REQUESTS;
    private boolean answered;
    private boolean headMethod;
    private @Nullable ChannelHandlerContext context;

    StrictRequestDecoder(StrictHttpLimits limits) {
        super(StrictHttp.decoderConfig(limits));
        head = new HeadScanner(limits, new RequestLine(limits));
        chunks = new ChunkScanner(limits);
    }

    boolean waitsForResponse() {
        return state == State.ANSWERING;
    }

    boolean answeringHead() {
        return headMethod;
    }

    int heldBytes() {
        return actualReadableBytes();
    }

    /** The final answer's last piece went out. Returns whether the next request may be decoded now. */
    boolean responseWritten() {
        answered = true;
        if (state != State.ANSWERING) {
            return false;
        }
        state = State.BETWEEN_REQUESTS;
        return true;
    }

    /** Goes on with bytes that were held back. */
    void decodeHeld() {
        ChannelHandlerContext here = context;
        if (here == null || state != State.BETWEEN_REQUESTS) {
            return;
        }
        try {
            channelRead(here, Unpooled.EMPTY_BUFFER);
            here.fireChannelReadComplete();
        } catch (Exception e) {
            here.fireExceptionCaught(e);
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) throws Exception {
        super.handlerAdded(added);
        context = added;
    }

    @Override
    protected void decode(ChannelHandlerContext here, ByteBuf in, List<Object> out) throws Exception {
        switch (state) {
            case BETWEEN_REQUESTS -> {
                head.reset();
                answered = false;
                state = State.HEAD;
                StrictHttp.announceHead(here);
                decodeHead(here, in, out);
            }
            case HEAD -> decodeHead(here, in, out);
            case SIZED_BODY -> decodeBody(here, in, out);
            case CHUNKED_BODY -> decodeChunked(here, in, out);
            case ANSWERING -> {
                // Held back until the answer has been written.
            }
            case BAD -> in.skipBytes(in.readableBytes());
        }
    }

    private void decodeHead(ChannelHandlerContext here, ByteBuf in, List<Object> out) throws Exception {
        head.scan(in);
        Refusal refusal = head.refusal();
        if (refusal != null) {
            refuse(in, out, new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/"), refusal);
            return;
        }
        if (!head.complete()) {
            return;
        }
        super.decode(here, in, out);
        HttpRequest request = firstRequest(out);
        if (request == null || request.decoderResult().isFailure()) {
            state = State.BAD;
            return;
        }
        headMethod = request.method().equals(HttpMethod.HEAD);
        if (ends(out)) {
            requestRead();
        } else if (HttpUtil.isTransferEncodingChunked(request)) {
            chunks.reset();
            state = State.CHUNKED_BODY;
        } else {
            state = State.SIZED_BODY;
        }
    }

    private void decodeBody(ChannelHandlerContext here, ByteBuf in, List<Object> out) throws Exception {
        super.decode(here, in, out);
        if (ends(out)) {
            requestRead();
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
            if (failed(out)) {
                state = State.BAD;
            } else if (ends(out)) {
                requestRead();
            }
        }
    }

    private void requestRead() {
        state = answered ? State.BETWEEN_REQUESTS : State.ANSWERING;
    }

    private void refuse(ByteBuf in, List<Object> out, HttpObject message, Refusal refusal) {
        state = State.BAD;
        headMethod = false;
        in.skipBytes(in.readableBytes());
        message.setDecoderResult(DecoderResult.failure(new RefusedMessageException(refusal)));
        out.add(message);
    }

    private static @Nullable HttpRequest firstRequest(List<Object> out) {
        for (Object message : out) {
            if (message instanceof HttpRequest request) {
                return request;
            }
        }
        return null;
    }

    private static boolean ends(List<Object> out) {
        return !out.isEmpty() && out.getLast() instanceof LastHttpContent;
    }

    private static boolean failed(List<Object> out) {
        return !out.isEmpty()
                && out.getLast() instanceof HttpObject message
                && message.decoderResult().isFailure();
    }
}
