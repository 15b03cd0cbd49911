/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sends server-sent events to one client. Belongs to the thread that runs the stream. Every method that sends blocks while the client is slow
 * and throws {@link ClientGoneException} once it has gone.
 */
public final class EventEmitter {
    private final Exchange exchange;
    private @Nullable OutputStream out;
    private @Nullable Future<?> heartbeat;
    private volatile boolean ended;

    EventEmitter(Exchange exchange) {
        this.exchange = exchange;
    }

    /** An event without an id. */
    public void event(String name, String data) throws IOException {
        event(name, data, "");
    }

    /**
     * One event, on its way when this returns.
     *
     * @param name the event's type; empty for the default one, {@code message}
     * @param data may have several lines
     * @param id what the client sends as {@code Last-Event-ID} when it connects again; empty for none
     */
    public void event(String name, String data, String id) throws IOException {
        StringBuilder text = new StringBuilder(data.length() + 32);
        field(text, "event", name);
        field(text, "id", id);
        for (String line : data.split("\r\n|\r|\n", -1)) {
            text.append("data: ").append(line).append('\n');
        }
        send(text.append('\n'));
    }

    /** A line clients ignore. */
    public void comment(String text) throws IOException {
        if (hasLineBreak(text)) {
            throw new IllegalArgumentException("comment: holds a line break (expected: one line)");
        }
        send(new StringBuilder(": ").append(text).append("\n\n"));
    }

    /** How long the client shall wait before it connects again. */
    public void retry(Duration wait) throws IOException {
        send(new StringBuilder("retry: ").append(wait.toMillis()).append("\n\n"));
    }

    /**
     * From now on a comment goes out in every such interval, so that no proxy thinks the stream dead and a vanished client is noticed. It costs the
     * handler nothing: the event loop sends it, and skips it while the client is slow.
     */
    public void heartbeatEvery(Duration interval) {
        stopHeartbeat();
        ChannelHandlerContext context = exchange.context();
        heartbeat = context.executor()
                .scheduleAtFixedRate(this::beat, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** False once the client has gone or the server drains: time to return. */
    public boolean open() {
        return !exchange.streamEnding();
    }

    void run(ServerSentEvents events, OutputStream stream) throws Exception {
        out = stream;
        exchange.enterStream();
        try {
            events.run(this);
        } catch (InterruptedException | InterruptedIOException e) {
            if (open()) {
                throw e;
            }
            if (exchange.clientGone()) {
                throw new ClientGoneException("the client left the stream");
            }
        } finally {
            ended = true;
            stopHeartbeat();
            exchange.leaveStream();
        }
    }

    private void beat() {
        ChannelHandlerContext context = exchange.context();
        if (!ended && context.channel().isWritable()) {
            context.writeAndFlush(
                    new DefaultHttpContent(ByteBufUtil.writeAscii(context.alloc(), ":\n\n")), context.voidPromise());
        }
    }

    private void stopHeartbeat() {
        if (heartbeat != null) {
            heartbeat.cancel(false);
        }
    }

    private void send(StringBuilder text) throws IOException {
        if (out == null || ended) {
            throw new IOException("the stream of events is over");
        }
        out.write(text.toString().getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private static void field(StringBuilder text, String name, String value) {
        if (value.isEmpty()) {
            return;
        }
        if (hasLineBreak(value) || value.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(name + ": holds a line break or NUL (expected: one line)");
        }
        text.append(name).append(": ").append(value).append('\n');
    }

    private static boolean hasLineBreak(String text) {
        return text.indexOf('\n') >= 0 || text.indexOf('\r') >= 0;
    }
}
