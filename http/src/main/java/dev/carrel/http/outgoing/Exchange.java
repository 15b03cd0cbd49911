/* Copyright the Carrel authors. */
package dev.carrel.http.outgoing;

import dev.carrel.http.outgoing.OutgoingClient.Answer;
import dev.carrel.http.outgoing.OutgoingClient.Question;
import dev.carrel.http.transport.StrictHttp;
import dev.carrel.http.transport.StrictHttpLimits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request and its answer over a connection, by the codec of this house. One thread. */
final class Exchange {
    private static final int BUFFER = 16 * 1024;

    private final Question question;
    private final int maxBody;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private @Nullable HttpResponse head;
    private boolean interim;
    private boolean ended;
    private boolean cut;

    Exchange(Question question, int maxBody) {
        this.question = question;
        this.maxBody = maxBody;
    }

    Answer over(Socket socket) throws IOException {
        EmbeddedChannel codec = new EmbeddedChannel(StrictHttp.clientCodec(StrictHttpLimits.defaults()));
        try {
            write(codec, socket.getOutputStream());
            InputStream in = socket.getInputStream();
            byte[] buffer = new byte[BUFFER];
            while (!ended && !cut) {
                int count = in.read(buffer);
                if (count < 0) {
                    // An answer without a length ends here.
                    codec.finish();
                    take(codec);
                    break;
                }
                codec.writeInbound(Unpooled.copiedBuffer(buffer, 0, count));
                take(codec);
            }
        } finally {
            codec.finishAndReleaseAll();
        }
        HttpResponse answer = head;
        if (answer == null || !ended && !cut) {
            throw new OutgoingFailure("The connection ended before the answer did.");
        }
        Map<String, List<String>> headers = new HashMap<>();
        answer.headers()
                .forEach(line -> headers.computeIfAbsent(line.getKey().toLowerCase(Locale.ROOT), _ -> new ArrayList<>())
                        .add(line.getValue()));
        return new Answer(answer.status().code(), headers, body.toByteArray(), !cut);
    }

    private void write(EmbeddedChannel codec, OutputStream out) throws IOException {
        DefaultFullHttpRequest request = new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1,
                HttpMethod.valueOf(question.method()),
                question.url().path(),
                Unpooled.wrappedBuffer(question.body()));
        request.headers()
                .set(HttpHeaderNames.HOST, question.url().authority())
                .set(HttpHeaderNames.USER_AGENT, "Carrel")
                .set(HttpHeaderNames.ACCEPT, "*/*");
        question.headers().forEach(request.headers()::set);
        request.headers()
                .set(HttpHeaderNames.CONNECTION, "close")
                .set(HttpHeaderNames.CONTENT_LENGTH, question.body().length);
        codec.writeOutbound(request);
        for (ByteBuf part = codec.readOutbound(); part != null; part = codec.readOutbound()) {
            try {
                part.readBytes(out, part.readableBytes());
            } finally {
                part.release();
            }
        }
        out.flush();
    }

    private void take(EmbeddedChannel codec) throws IOException {
        for (Object message = codec.readInbound(); message != null; message = codec.readInbound()) {
            try {
                if (message instanceof HttpObject part) {
                    take(part);
                }
            } finally {
                ReferenceCountUtil.release(message);
            }
        }
    }

    private void take(HttpObject part) throws IOException {
        if (part.decoderResult().isFailure()) {
            throw new OutgoingFailure("The answer is no HTTP as it should be.");
        }
        if (part instanceof HttpResponse response) {
            interim = response.status().code() < 200;
            head = interim ? head : response;
            // Nobody waits for a body that nobody wants.
            cut = !interim && maxBody == 0;
        }
        if (part instanceof HttpContent content && !interim && !ended && !cut) {
            int room = maxBody - body.size();
            int size = content.content().readableBytes();
            content.content().readBytes(body, Math.min(room, size));
            cut = size > room;
        }
        if (part instanceof LastHttpContent && !interim) {
            ended = true;
        }
    }
}
