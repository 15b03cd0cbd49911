/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import dev.carrel.router.decide.Ask;
import dev.carrel.router.route.Target;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Error pages of another server: {@code GET target/503?url=/what/was/asked}. Only its Content-Type, Content-Encoding and body are taken; the status stays
 * that of the error.
 */
final class ErrorTarget extends ErrorPages {
    private static final Logger LOG = LoggerFactory.getLogger(ErrorTarget.class);
    private static final Duration DEADLINE = Duration.ofSeconds(5);

    private final Target target;
    private final Connector connector;
    private final Semaphore free = new Semaphore(AT_ONCE);

    /**
     * Asks nobody before it is needed.
     *
     * @throws IllegalArgumentException when the text is no URL of a target
     */
    ErrorTarget(String url, Connector connector) {
        this.target = Target.of(url)
                .orElseThrow(() -> new IllegalArgumentException(
                        "proxy.error-target: \"" + url + "\" (expected: a URL as http://127.0.0.1:8081/hub/error)"));
        this.connector = connector;
    }

    @Override
    void find(int status, Ask ask, EventLoop loop, Consumer<Optional<Page>> then) {
        if (!free.tryAcquire()) {
            then.accept(Optional.empty());
            return;
        }
        Fetch fetch = new Fetch(
                target.path() + "/" + status + "?url=" + URLEncoder.encode(ask.target(), StandardCharsets.UTF_8), then);
        fetch.deadline = loop.schedule(
                () -> fetch.fail("no answer within " + DEADLINE.toSeconds() + " s"),
                DEADLINE.toMillis(),
                TimeUnit.MILLISECONDS);
        connector.connect(target, loop, fetch);
    }

    /** One request for a page. Event loop only. */
    private final class Fetch implements Connector.Outcome, Upstream.User {
        private final String path;
        private final Consumer<Optional<Page>> then;
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private @Nullable ScheduledFuture<?> deadline;
        private @Nullable Upstream upstream;
        private String type = "text/html";
        private @Nullable String encoding;
        private boolean over;

        private Fetch(String path, Consumer<Optional<Page>> then) {
            this.path = path;
            this.then = then;
        }

        @Override
        public void connected(Upstream fresh) {
            if (over) {
                fresh.abandon();
                return;
            }
            upstream = fresh;
            fresh.use(this);
            FullHttpRequest request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, path);
            request.headers()
                    .set(HttpHeaderNames.HOST, target.authority())
                    .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
            fresh.channel().writeAndFlush(request);
        }

        @Override
        public void failed(Throwable cause) {
            fail(String.valueOf(cause.getMessage()));
        }

        @Override
        public void head(HttpResponse response) {
            if (response.decoderResult().isFailure()) {
                fail("it answered what is no HTTP");
                return;
            }
            String given = response.headers().get(HttpHeaderNames.CONTENT_TYPE);
            type = given == null ? type : given;
            encoding = response.headers().get(HttpHeaderNames.CONTENT_ENCODING);
        }

        @Override
        public void content(HttpContent content) {
            try {
                if (over) {
                    return;
                }
                body.writeBytes(ByteBufUtil.getBytes(content.content()));
                if (content.decoderResult().isFailure() || body.size() > LARGEST) {
                    fail("the page breaks off or is larger than " + LARGEST + " bytes");
                } else if (content instanceof LastHttpContent) {
                    end(Optional.of(new Page(type, encoding, body.toByteArray())));
                }
            } finally {
                content.release();
            }
        }

        @Override
        public void readComplete() {
            // The page is passed on as a whole.
        }

        @Override
        public void writabilityChanged() {
            // One small request.
        }

        @Override
        public void lost() {
            upstream = null;
            fail("the connection ended before the page did");
        }

        private void fail(String why) {
            if (!over) {
                LOG.warn("no error page from {}: {}", target, why);
                end(Optional.empty());
            }
        }

        private void end(Optional<Page> page) {
            over = true;
            free.release();
            if (deadline != null) {
                deadline.cancel(false);
            }
            if (upstream != null) {
                upstream.abandon();
            }
            then.accept(page);
        }
    }
}
