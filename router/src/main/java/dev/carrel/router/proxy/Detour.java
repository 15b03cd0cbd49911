/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import dev.carrel.router.decide.Ask;
import dev.carrel.router.decide.Decision.Forward;
import dev.carrel.router.decide.Decision.Kind;
import dev.carrel.router.hop.HopProof;
import dev.carrel.router.hop.Place;
import dev.carrel.router.page.Notice;
import dev.carrel.router.page.Notices;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A request for a session of another instance, until it is answered: it waits until it is known where that is, goes there, and asks once more when the
 * session turns out to be elsewhere. It goes a second time only when the first was certainly not carried out, and has no body that is gone. Event loop
 * only.
 */
final class Detour {
    /** Nothing was done with a request that is answered so. */
    private static final Set<String> NOT_DONE = Set.of(Notices.NOT_THERE, Notices.NOT_VOUCHED, "instance.unreachable");

    private final Hop hop;
    private final HttpRequest request;
    private final Ask ask;
    private final String name;
    private final boolean bodyless;
    private final Deque<HttpContent> held = new ArrayDeque<>();
    private boolean repeated;

    Detour(Hop hop, HttpRequest request, Ask ask, String name, boolean bodyless) {
        this.hop = hop;
        this.request = request;
        this.ask = ask;
        this.name = name;
        this.bodyless = bodyless;
    }

    HttpRequest request() {
        return request;
    }

    Ask ask() {
        return ask;
    }

    boolean bodyless() {
        return bodyless;
    }

    void find(EventLoop loop, Consumer<Place> found) {
        hop.whereabouts().find(name, loop, found);
    }

    /** What had been read of the body before reading stopped: one read's worth. */
    void hold(HttpContent content) {
        held.add(content);
    }

    Forward to(Place.There there) {
        return new Forward(Kind.INSTANCE, null, there.router(), null, null);
    }

    /** The request as it goes to the other router. */
    HttpRequest head(Place.There there, Heads heads, Sender from, String requestId) {
        HttpRequest sent = heads.request(request, ask, to(there), from, requestId);
        sent.headers().set(HopProof.HEADER, hop.proof().prove(there.instance(), request, from.client(), requestId));
        return sent;
    }

    void handOver(Exchange exchange) {
        for (HttpContent content = held.poll(); content != null; content = held.poll()) {
            exchange.requestContent(content);
        }
        exchange.requestReadComplete();
    }

    /** What was known is wrong. Whether it is worth asking again. */
    boolean again(Notice notice, boolean requestRead) {
        hop.whereabouts().forget(name);
        if (repeated || !bodyless || !NOT_DONE.contains(notice.code())) {
            return false;
        }
        repeated = true;
        if (requestRead) {
            held.add(LastHttpContent.EMPTY_LAST_CONTENT);
        }
        return true;
    }

    void release() {
        held.forEach(ReferenceCountUtil::release);
        held.clear();
    }

    /** What to say when it goes nowhere. */
    Notice notice(Place place, Notices notices) {
        return switch (place) {
            case Place.There _, Place.Away _ -> notices.instanceUnreachable();
            case Place.Here _ -> notices.notThere();
            case Place.Unknown _ -> notices.unknown(name);
            case Place.Silent _ -> notices.nobodyKnowsWhere();
            case Place.Busy _ -> notices.tooManyQuestions();
        };
    }
}
