/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;

/** Turns a {@link Response} into bytes on the exchange's connection. On the request's virtual thread; blocks while the client is slow. */
final class ResponseWriter {
    static final String REQUEST_ID = "X-Request-Id";

    private static final int FILE_PIECE = 64 * 1024;

    private final CommonHeaders commonHeaders;

    ResponseWriter(CommonHeaders commonHeaders) {
        this.commonHeaders = commonHeaders;
    }

    /** Returns when the answer has been handed to the event loop in full; throws when it could not be, and then it is incomplete. */
    void write(Exchange exchange, Response response) throws Exception {
        boolean keepAlive = exchange.keepAlive();
        if (!mayHaveBody(response.status())) {
            HttpResponse head = head(exchange, response);
            setConnection(head, exchange, keepAlive);
            exchange.sendLast(keepAlive, head);
            return;
        }
        switch (response.body()) {
            case ResponseBody.Bytes bytes -> bytes(exchange, response, bytes.bytes(), keepAlive);
            case ResponseBody.FilePart file -> file(exchange, response, file, keepAlive);
            case ResponseBody.Streamed stream -> stream(exchange, response, stream, keepAlive);
            case ResponseBody.Events events -> events(exchange, response, events, keepAlive);
            case ResponseBody.Later<?> _ ->
                throw new IllegalStateException("an answer that comes later is later still");
        }
    }

    private void bytes(Exchange exchange, Response response, byte[] bytes, boolean keepAlive) {
        HttpResponse head = head(exchange, response);
        head.headers().set(HttpHeaderNames.CONTENT_LENGTH, bytes.length);
        setConnection(head, exchange, keepAlive);
        if (isHead(exchange)) {
            exchange.sendLast(keepAlive, head);
        } else {
            exchange.sendLast(
                    keepAlive,
                    new DefaultFullHttpResponse(
                            head.protocolVersion(),
                            head.status(),
                            Unpooled.wrappedBuffer(bytes),
                            head.headers(),
                            io.netty.handler.codec.http.EmptyHttpHeaders.INSTANCE));
        }
    }

    private void file(Exchange exchange, Response response, ResponseBody.FilePart part, boolean keepAlive)
            throws Exception {
        try (FileChannel file = FileChannel.open(part.file(), StandardOpenOption.READ)) {
            HttpResponse head = head(exchange, response);
            head.headers().set(HttpHeaderNames.CONTENT_LENGTH, part.length());
            setConnection(head, exchange, keepAlive);
            if (isHead(exchange) || part.length() == 0) {
                exchange.sendLast(keepAlive, head);
                return;
            }
            exchange.sendHead(head);
            try (BodyOutput out = new BodyOutput(exchange, part.length())) {
                copy(file, part, out);
                out.finish();
            }
            exchange.sendEnd(keepAlive);
        }
    }

    private static void copy(FileChannel file, ResponseBody.FilePart part, BodyOutput out) throws IOException {
        byte[] piece = new byte[(int) Math.min(FILE_PIECE, part.length())];
        long at = part.offset();
        long end = part.offset() + part.length();
        while (at < end) {
            int read = file.read(ByteBuffer.wrap(piece, 0, (int) Math.min(piece.length, end - at)), at);
            if (read < 0) {
                throw new EOFException(part.file() + " shrank while it was sent");
            }
            out.write(piece, 0, read);
            at += read;
        }
    }

    private void stream(Exchange exchange, Response response, ResponseBody.Streamed stream, boolean keepAlive)
            throws Exception {
        boolean open = stream.length() < 0 && exchange.http10();
        boolean kept = keepAlive && !open;
        HttpResponse head = head(exchange, response);
        if (stream.length() >= 0) {
            head.headers().set(HttpHeaderNames.CONTENT_LENGTH, stream.length());
        } else if (!open) {
            head.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        setConnection(head, exchange, kept);
        if (isHead(exchange)) {
            exchange.sendLast(kept, head);
            return;
        }
        exchange.sendHead(head);
        try (BodyOutput out = new BodyOutput(exchange, stream.length())) {
            stream.body().write(out);
            out.finish();
        }
        exchange.sendEnd(kept);
    }

    private void events(Exchange exchange, Response response, ResponseBody.Events events, boolean keepAlive)
            throws Exception {
        EventEmitter emitter = new EventEmitter(exchange);
        stream(exchange, response, new ResponseBody.Streamed(out -> emitter.run(events.events(), out), -1), keepAlive);
    }

    private HttpResponse head(Exchange exchange, Response response) {
        HttpResponse head =
                new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(response.status()));
        for (Headers.Line line : response.headers().lines()) {
            head.headers().add(line.name(), line.value());
        }
        head.headers().set(REQUEST_ID, exchange.request().id());
        commonHeaders.addTo(head.headers());
        return head;
    }

    static void setConnection(HttpResponse head, Exchange exchange, boolean keepAlive) {
        if (!keepAlive) {
            head.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        } else if (exchange.http10()) {
            head.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
        }
    }

    private static boolean isHead(Exchange exchange) {
        return exchange.request().method().equals("HEAD");
    }

    private static boolean mayHaveBody(int status) {
        return status != 204 && status != 304;
    }
}
