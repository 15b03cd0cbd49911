/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.concurrent.Semaphore;

/**
 * The one place where a request leaves its event loop: it gets a virtual thread of its own, or, when {@code maxHandlers} of them are running,
 * an answer that says so. A handler that has returned a stream gives its place back and takes one of {@code maxStreams}, so that open event
 * streams never keep short requests out.
 *
 * <p>A request whose body is still on its way (small ones are waited for, see {@link RequestReader}) takes one of half as many places besides: whoever sends
 * slowly, or not at all, keeps out others that send large bodies, but nobody else.
 *
 * <p>Handlers of patient routes ({@link RouteOptions}) have as many places of their own as there are for streams, and stream in the place they have.
 */
final class HandOver {
    private final ExchangeRunner runner;
    private final Semaphore handlers;
    private final Semaphore streams;
    private final Semaphore uploads;
    private final Semaphore patients;
    private final long retryAfterSeconds;
    private final Thread.Builder threads = Thread.ofVirtual().name("http-", 1);

    /** The places one exchange holds. Of one thread at a time. */
    final class Places {
        private boolean handler = true;
        private boolean stream;
        private final boolean upload;
        private final boolean patient;

        private Places(boolean upload, boolean patient) {
            this.upload = upload;
            this.patient = patient;
        }

        /** False when no more answers may be streaming. */
        boolean changeToStream() {
            if (patient) {
                return true;
            }
            stream = streams.tryAcquire();
            if (stream) {
                giveBackHandler();
            }
            return stream;
        }

        private void giveBackHandler() {
            if (handler) {
                handler = false;
                (patient ? patients : handlers).release();
            }
        }

        /** Runs what may wait on a thread of its own. */
        void onThread(Runnable work) {
            threads.start(work);
        }

        /** The exchange is over. */
        void giveBack() {
            giveBackHandler();
            if (stream) {
                stream = false;
                streams.release();
            }
            if (upload) {
                uploads.release();
            }
        }

        HttpFailure full() {
            return new HttpFailure(
                    503,
                    "server.streams-full",
                    "Too many streams are open. Try again in " + retryAfterSeconds + " seconds.",
                    Headers.of("Retry-After", String.valueOf(retryAfterSeconds)));
        }
    }

    HandOver(HttpServerSettings settings, ExchangeRunner runner) {
        this.runner = runner;
        this.handlers = new Semaphore(settings.maxHandlers());
        this.uploads = new Semaphore((settings.maxHandlers() + 1) / 2);
        this.streams = new Semaphore(settings.maxStreams());
        this.patients = new Semaphore(settings.maxStreams());
        this.retryAfterSeconds = settings.retryAfter().toSeconds();
    }

    /** Event loop. Returns at once. */
    void submit(Exchange exchange, CommonHeaders commonHeaders) {
        boolean upload = !exchange.body().ended();
        if (upload && !uploads.tryAcquire()) {
            refuse(exchange, commonHeaders);
            return;
        }
        boolean patient =
                exchange.request().route().map(r -> r.options().patient()).orElse(false);
        if (!(patient ? patients : handlers).tryAcquire()) {
            if (upload) {
                uploads.release();
            }
            refuse(exchange, commonHeaders);
            return;
        }
        Places places = new Places(upload, patient);
        threads.start(() -> runner.run(exchange, places));
    }

    /** Without a thread: when there are too many already, one more is no help. */
    private void refuse(Exchange exchange, CommonHeaders commonHeaders) {
        FullHttpResponse busy = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.SERVICE_UNAVAILABLE,
                ByteBufUtil.writeUtf8(
                        exchange.context().alloc(),
                        "server.busy: too many requests at once. Try again in " + retryAfterSeconds + " seconds.\n"));
        commonHeaders.addTo(busy.headers());
        busy.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
                .set(HttpHeaderNames.CONTENT_LENGTH, busy.content().readableBytes())
                .set(HttpHeaderNames.RETRY_AFTER, retryAfterSeconds)
                .set(ResponseWriter.REQUEST_ID, exchange.request().id());
        boolean keepAlive = exchange.keepAlive();
        ResponseWriter.setConnection(busy, exchange, keepAlive);
        exchange.sendLast(keepAlive, busy);
    }
}
