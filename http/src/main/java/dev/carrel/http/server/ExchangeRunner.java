/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import dev.carrel.http.server.Passport.Station;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one exchange from filters to answer, top to bottom, on its virtual thread; an answer that comes later goes on from the event loop. Every way it can end is here: an answer, a failure drawn as an
 * answer, a client that has gone, or a connection cut because an answer broke off half-way.
 */
final class ExchangeRunner {
    private static final Logger LOG = LoggerFactory.getLogger(ExchangeRunner.class);

    private final Routes routes;
    private final ErrorRenderer errors;
    private final ResponseWriter writer;
    private final SecureRandom random = new SecureRandom();

    ExchangeRunner(Routes routes, ErrorRenderer errors, ResponseWriter writer) {
        this.routes = routes;
        this.errors = errors;
        this.writer = writer;
    }

    /** Gives the places back when the exchange is over, which may be long after this returns. */
    void run(Exchange exchange, HandOver.Places places) {
        exchange.passport().stamp(Station.HANDLER);
        Response response;
        try {
            response = answer(exchange, () -> handled(exchange));
        } catch (ClientGoneException e) {
            gone(exchange, e);
            end(exchange, places);
            return;
        }
        if (response.body() instanceof ResponseBody.Later<?> later) {
            // The event loop is where it has to go in any case: nobody else is woken for it.
            later.answer(exchange.context().executor()).whenComplete((known, e) -> arrived(exchange, places, known, e));
        } else {
            write(exchange, places, response);
        }
    }

    private void arrived(
            Exchange exchange, HandOver.Places places, @Nullable Response known, @Nullable Throwable failure) {
        Response response;
        try {
            response = answer(exchange, () -> {
                if (failure instanceof CompletionException e && e.getCause() instanceof Exception cause) {
                    throw cause;
                }
                if (known == null) {
                    throw new IllegalStateException("no answer came", failure);
                }
                return known;
            });
        } catch (ClientGoneException e) {
            gone(exchange, e);
            end(exchange, places);
            return;
        }
        if (response.body() instanceof ResponseBody.Bytes) {
            write(exchange, places, response);
        } else {
            places.onThread(() -> write(exchange, places, response));
        }
    }

    private void write(Exchange exchange, HandOver.Places places, Response response) {
        try {
            boolean streams =
                    response.body() instanceof ResponseBody.Streamed || response.body() instanceof ResponseBody.Events;
            boolean room = !streams || places.changeToStream();
            writer.write(exchange, room ? response : draw(exchange, places.full(), null));
        } catch (ClientGoneException | BrokenAnswerException e) {
            gone(exchange, e);
        } catch (Throwable e) {
            brokenOff(exchange, e);
        } finally {
            end(exchange, places);
        }
    }

    private static void gone(Exchange exchange, Exception why) {
        LOG.debug("{}: {}", exchange.request(), why.getMessage());
        exchange.abort();
    }

    /** Before the head has gone out there is still time for an error answer; after that the cut tells the client. */
    private void brokenOff(Exchange exchange, Throwable cause) {
        if (exchange.clientGone()) {
            LOG.debug("{}: client gone", exchange.request(), cause);
            exchange.abort();
            return;
        }
        String id = errorId();
        LOG.error("error {}: the answer to {} broke off", id, exchange.request(), cause);
        if (exchange.headSent()) {
            exchange.abort();
            return;
        }
        try {
            HttpFailure failure = new HttpFailure(500, "server.error", "Something went wrong on our side.");
            writer.write(exchange, draw(exchange, failure, id));
        } catch (Exception e) {
            LOG.error("error {}: not even the error could be told", id, e);
            exchange.abort();
        }
    }

    private Response handled(Exchange exchange) throws Exception {
        HttpFailure already = exchange.refusedAlready();
        if (already != null) {
            throw already;
        }
        return proceed(routes.filters(), 0, exchange.request());
    }

    private Response answer(Exchange exchange, Callable<Response> made) throws ClientGoneException {
        try {
            return made.call();
        } catch (HttpFailure e) {
            if (e.status() == 413) {
                exchange.closeAfter();
            }
            return draw(exchange, e, null);
        } catch (ClientGoneException e) {
            throw e;
        } catch (Throwable e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            String id = errorId();
            LOG.error("error {}: {}", id, exchange.request(), e);
            return draw(exchange, new HttpFailure(500, "server.error", "Something went wrong on our side."), id);
        }
    }

    private Response proceed(List<Filter> filters, int at, Request request) throws Exception {
        if (at < filters.size()) {
            return filters.get(at).filter(request, next -> proceed(filters, at + 1, next));
        }
        Route route = request.route().orElse(null);
        if (route != null) {
            return route.handler().handle(request);
        }
        if (request.method().equals("OPTIONS") && request.rawPath().equals("*")) {
            return Response.empty(204);
        }
        String allow = request.allowedMethods();
        if (allow.isEmpty()) {
            throw new HttpFailure(404, "http.not-found", "There is nothing at this address.");
        }
        if (request.method().equals("OPTIONS")) {
            return Response.empty(204).with("Allow", allow);
        }
        throw new HttpFailure(
                405,
                "http.method-not-allowed",
                "The method " + Printable.of(request.method(), 32) + " is not allowed here; allowed: " + allow + ".",
                Headers.of("Allow", allow));
    }

    private Response draw(Exchange exchange, HttpFailure failure, @Nullable String errorId) {
        var shown = new ErrorRenderer.Failure(failure.status(), failure.code(), failure.text(), errorId);
        Response drawn;
        try {
            drawn = errors.render(exchange.request(), shown);
        } catch (Exception e) {
            LOG.error(
                    "error {}: the error renderer failed for {}",
                    errorId == null ? errorId() : errorId,
                    failure.code(),
                    e);
            drawn = ErrorRenderer.plainText().render(exchange.request(), shown);
        }
        for (Headers.Line line : failure.headers().lines()) {
            drawn = drawn.plus(line.name(), line.value());
        }
        return drawn;
    }

    private void end(Exchange exchange, HandOver.Places places) {
        try {
            close(exchange);
        } finally {
            places.giveBack();
        }
    }

    private void close(Exchange exchange) {
        // Nobody reads it any more; if the client has gone nobody else would give it back.
        exchange.body().discard();
        try {
            exchange.request().body().close();
        } catch (IOException | RuntimeException e) {
            LOG.warn("{}: temporary files could not be removed", exchange.request(), e);
        }
    }

    private String errorId() {
        byte[] bytes = new byte[6];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
