/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import dev.carrel.router.decide.Ask;
import dev.carrel.router.page.Notice;
import dev.carrel.router.settings.ProxySettings;
import io.netty.channel.EventLoop;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Pages of somebody else's in the place of our notices about routes without a session: configurable-http-proxy's error target and error path. Where none is
 * to be had in time, the notice is shown.
 */
abstract class ErrorPages {
    /** The largest page that is passed on, in bytes. */
    static final int LARGEST = 1024 * 1024;

    /** How many are looked for at once; who comes beyond that gets the notice. */
    static final int AT_ONCE = 256;

    private static final Set<Integer> COVERED = Set.of(404, 500, 502, 503, 504);

    /**
     * What is shown.
     *
     * @param type its Content-Type
     * @param encoding its Content-Encoding; null for none
     */
    record Page(String type, @Nullable String encoding, byte[] body) {}

    /**
     * As the settings have it.
     *
     * @throws IllegalArgumentException when they make no sense
     */
    static ErrorPages of(ProxySettings settings, Connector connector) {
        if (!settings.errorTarget().isEmpty() && !settings.errorPath().isEmpty()) {
            throw new IllegalArgumentException(
                    "proxy.error-target and proxy.error-path: both are set (expected: one of them)");
        }
        return !settings.errorTarget().isEmpty()
                ? new ErrorTarget(settings.errorTarget(), connector)
                : !settings.errorPath().isEmpty() ? new ErrorFolder(settings.errorPath()) : new None();
    }

    /** Whether a page is looked for in the place of this notice. */
    boolean covers(Notice notice, Ask ask) {
        return !ask.webSocket() && notice.about().isEmpty() && COVERED.contains(notice.status());
    }

    /** Looks for the page; called on the loop, answers on it, once, and within seconds. */
    abstract void find(int status, Ask ask, EventLoop loop, Consumer<Optional<Page>> then);

    /** Notices stay as they are. */
    private static final class None extends ErrorPages {
        @Override
        boolean covers(Notice notice, Ask ask) {
            return false;
        }

        @Override
        void find(int status, Ask ask, EventLoop loop, Consumer<Optional<Page>> then) {
            then.accept(Optional.empty());
        }
    }
}
