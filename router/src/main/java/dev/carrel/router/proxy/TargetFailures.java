/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import dev.carrel.http.transport.Refusal;
import dev.carrel.http.transport.StrictHttp;
import dev.carrel.router.decide.Decision.Forward;
import dev.carrel.router.decide.Decision.Kind;
import dev.carrel.router.decide.PortPassage;
import dev.carrel.router.page.Notice;
import dev.carrel.router.page.Notices;
import dev.carrel.router.route.Route;
import dev.carrel.router.route.SessionRoute;
import dev.carrel.router.route.Silence;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.DecoderResult;
import java.net.ConnectException;
import java.util.Objects;
import java.util.Optional;

/**
 * What clients are told when a target fails them, by who it is and how it failed. Of a session that has been ended since the request was passed on, that it
 * was. Any thread.
 */
final class TargetFailures {
    private final Notices notices;
    private final StateStreams states;

    TargetFailures(Notices notices, StateStreams states) {
        this.notices = notices;
        this.states = states;
    }

    Notice tooSlow() {
        return notices.tooSlow();
    }

    /** It takes no connections. */
    Notice unreachable(Forward forward, Throwable cause) {
        PortPassage port = forward.port();
        if (port != null) {
            boolean refused = cause instanceof ConnectException && !(cause instanceof ConnectTimeoutException);
            return refused
                    ? notices.ports().nothingListens(port.port())
                    : notices.ports().unreachable();
        }
        return session(forward)
                .map(session -> states.absence(session.host()).orElseGet(() -> silent(forward, session)))
                .orElseGet(() -> down(forward));
    }

    /** The connection ended before an answer. */
    Notice brokenOff(Forward forward) {
        PortPassage port = forward.port();
        if (port != null) {
            return notices.ports().brokeOff(port.port());
        }
        // Whoever passed on a call must know apart what never began and what may have.
        return forward.kind() == Kind.INSTANCE || forward.kind() == Kind.CALL
                ? notices.instanceBrokeOff()
                : session(forward)
                        .map(session -> states.absence(session.host()).orElseGet(() -> notices.brokeOff(session)))
                        .orElseGet(() -> down(forward));
    }

    /** What it sent was refused by the codec. */
    Notice oddAnswer(Forward forward, DecoderResult result) {
        PortPassage port = forward.port();
        if (port != null) {
            return notices.ports().brokeOff(port.port());
        }
        Optional<Refusal> why = StrictHttp.refusal(result);
        return why.isPresent() && why.get().code().equals("http.header-too-large")
                ? notices.headTooLarge(session(forward))
                : oddAnswer(forward, why.map(Refusal::message).orElse("It is not well-formed HTTP."));
    }

    /** What it sent makes no sense: one sentence. */
    Notice oddAnswer(Forward forward, String why) {
        PortPassage port = forward.port();
        if (port != null) {
            return notices.ports().brokeOff(port.port());
        }
        return notices.oddAnswer(session(forward), why);
    }

    /** It answers, after all. */
    void answers(Forward forward) {
        Route route = forward.route();
        // An application that answers says nothing of the session's own server.
        if (route != null && forward.port() == null && route.silence().answered()) {
            session(forward).ifPresent(session -> states.changed(session.host()));
        }
    }

    /** Those whose pages are open learn of it, too: nobody else may know, if the engine is down. */
    private Notice silent(Forward forward, SessionRoute session) {
        Silence silence = Objects.requireNonNull(forward.route()).silence();
        boolean news = !silence.lasts();
        Notice notice = notices.unreachable(session, silence.failed());
        if (news) {
            states.changed(session.host());
        }
        return notice;
    }

    private Notice down(Forward forward) {
        return switch (forward.kind()) {
            case ENGINE, API, CALL -> notices.engineDown();
            case INSTANCE -> notices.instanceUnreachable();
            case PLAIN, ORIGIN, TOKEN -> notices.targetDown();
        };
    }

    private static Optional<SessionRoute> session(Forward forward) {
        return Optional.ofNullable(forward.route()).flatMap(Route::session);
    }
}
