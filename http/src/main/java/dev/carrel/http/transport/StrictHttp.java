/* Copyright the Carrel authors. */
package dev.carrel.http.transport;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpDecoderConfig;
import java.util.Optional;

/**
 * The HTTP/1.1 codecs of this house. The server side reads one request at a time: the next pipelined request stays undecoded bytes
 * until the answer to the one before has been written, so answers cannot get out of order and a connection never holds more than
 * one request. What it refuses arrives as a message whose decoder result is a failure; {@link RequestSanity} answers it.
 */
public final class StrictHttp {
    /** Content pieces handed on are at most this large. */
    static final int MAX_PIECE = 64 * 1024;

    private StrictHttp() {}

    /** A new codec for one connection. May be removed after an upgrade (101): bytes it still holds go on to the next handler. */
    public static ChannelDuplexHandler serverCodec(StrictHttpLimits limits) {
        return new StrictServerCodec(limits);
    }

    /**
     * A new codec for one connection to a server.
     *
     * @param limits of the answers' heads; the first line's is for status lines
     */
    public static StrictClientCodec clientCodec(StrictHttpLimits limits) {
        return new StrictClientCodec(limits);
    }

    /** Why a message was refused; empty when its decoder result is no refusal of a codec of ours. */
    public static Optional<Refusal> refusal(DecoderResult result) {
        return result.isFailure() && result.cause() instanceof RefusedMessageException refused
                ? Optional.of(refused.refusal())
                : Optional.empty();
    }

    /** User event of the codec. */
    public enum HeadStarted {
        /** The first byte of a request has arrived. */
        HEAD_STARTED
    }

    static HttpDecoderConfig decoderConfig(StrictHttpLimits limits) {
        // The scanner has refused anything larger before the decoder sees it.
        return new HttpDecoderConfig()
                .setMaxInitialLineLength(limits.maxRequestLine() + 16)
                .setMaxHeaderSize(limits.maxHeader() + 16)
                .setMaxChunkSize(MAX_PIECE)
                .setAllowDuplicateContentLengths(false)
                .setStrictLineParsing(true)
                .setUseRfc9112TransferEncoding(true)
                .setValidateHeaders(true);
    }

    static void announceHead(ChannelHandlerContext context) {
        context.fireUserEventTriggered(HeadStarted.HEAD_STARTED);
    }
}
