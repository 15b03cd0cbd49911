/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One request. Belongs to the virtual thread that handles it and ends with it: nothing of it may be kept. The head is complete when a
 * handler sees it; the body arrives while it is read.
 */
public final class Request {
    /** Name of the signed-in user, left by a filter for the access log. */
    public static final AttributeKey<String> USER = new AttributeKey<>("user", String.class);

    /** Address of the client as a trusted proxy told it, left by a filter for the access log in place of the proxy's own. */
    public static final AttributeKey<String> CLIENT_ADDRESS = new AttributeKey<>("client-address", String.class);

    /** What stands where nothing is to be done when the client goes. */
    private enum Mark implements Runnable {
        /** Nobody has asked yet. */
        NOBODY,
        /** It has gone. */
        GONE;

        @Override
        public void run() {}
    }

    private final RequestHead head;
    private final RequestBody body;
    private final @Nullable RouteMatch match;
    private final Map<AttributeKey<?>, Object> attributes = new HashMap<>();
    private @Nullable Parameters query;
    private final AtomicReference<Runnable> whenGone = new AtomicReference<>(Mark.NOBODY);

    Request(RequestHead head, RequestBody body, @Nullable RouteMatch match) {
        this.head = head;
        this.body = body;
        this.match = match;
    }

    /** The method, in capitals as sent. */
    public String method() {
        return head.method();
    }

    /** The path, decoded segment by segment and joined by slashes; for showing only, for an encoded slash looks like a real one here. */
    public String path() {
        return head.path().text();
    }

    /** The decoded segments of the path; {@code /a/b%2Fc/} has {@code a}, {@code b/c} and an empty one. */
    public List<String> segments() {
        return head.path().segments();
    }

    /** The path as sent. */
    public String rawPath() {
        return head.rawPath();
    }

    /** What stands after the question mark, as sent; empty when there is none. */
    public String rawQuery() {
        return head.rawQuery();
    }

    /**
     * The query's parameters.
     *
     * @throws HttpFailure 400 when it is not well-formed or has more than 1000 parameters
     */
    public Parameters query() {
        if (query == null) {
            query = UrlEncoded.parse(head.rawQuery(), UrlEncoded.MAX_FIELDS);
        }
        return query;
    }

    /** All headers as sent. */
    public Headers headers() {
        return head.headers();
    }

    /** The first value of a header. */
    public Optional<String> header(String name) {
        return head.headers().first(name);
    }

    /** The Host header: name and, when given, port. There is exactly one. */
    public String host() {
        return head.host();
    }

    /** All values sent under one cookie name, as they are; more than one means that somebody planted a second. */
    public List<String> cookies(String name) {
        List<String> found = new ArrayList<>(1);
        for (String line : head.headers().all("Cookie")) {
            for (String pair : line.split(";", -1)) {
                int equals = pair.indexOf('=');
                if (equals > 0 && pair.substring(0, equals).strip().equals(name)) {
                    found.add(pair.substring(equals + 1).strip());
                }
            }
        }
        return List.copyOf(found);
    }

    /**
     * What stands in the path at {@code {name}} of the route's pattern, decoded. For {@code {name...}} the segments joined by slashes.
     *
     * @throws IllegalArgumentException when the pattern has no such name: a mistake in our code
     */
    public String pathParameter(String name) {
        return String.join("/", pathSegments(name));
    }

    /** The segments that {@code {name...}} of the route's pattern stands for, decoded one by one. */
    public List<String> pathSegments(String name) {
        List<String> value = match == null ? null : match.parameters().get(name);
        if (value == null) {
            throw new IllegalArgumentException("path parameter: " + name + " (expected: a name in the pattern of "
                    + route().map(Route::pattern).orElse("no route") + ")");
        }
        return value;
    }

    /** The route that was matched; none when the path is unknown or does not have this method. */
    public Optional<Route> route() {
        return match == null ? Optional.empty() : Optional.ofNullable(match.route());
    }

    /** The methods this path has, as for {@code Allow}; empty when the path is unknown. */
    String allowedMethods() {
        return match == null ? "" : String.join(", ", match.methods());
    }

    /** The body. */
    public RequestBody body() {
        return body;
    }

    /**
     * Has something done when the client closes the connection before it has its answer; at once when it has already. In place of what was to be done before.
     *
     * @param told on the connection's event loop or this thread, once; must not block
     */
    public void whenClientGone(Runnable told) {
        if (whenGone.getAndUpdate(before -> before == Mark.GONE ? Mark.GONE : told) == Mark.GONE) {
            told.run();
        }
    }

    /** Event loop: the client has closed the connection. */
    void clientGone() {
        whenGone.getAndSet(Mark.GONE).run();
    }

    /** The other end of the connection: the client or the proxy before us. */
    public InetSocketAddress remoteAddress() {
        return head.remote();
    }

    /** The id under which logs speak of this request: the one a proxy gave in {@code X-Request-Id}, else a new one. */
    public String id() {
        return head.id();
    }

    /** When its head had arrived. */
    public Instant startedAt() {
        return head.startedAt();
    }

    /** What a filter left under the key. */
    public <T> Optional<T> attribute(AttributeKey<T> key) {
        return Optional.ofNullable(key.type().cast(attributes.get(key)));
    }

    /**
     * What a filter must have left under the key.
     *
     * @throws IllegalStateException when it did not: a mistake in our code
     */
    public <T> T required(AttributeKey<T> key) {
        return attribute(key)
                .orElseThrow(() -> new IllegalStateException("no attribute " + key.name() + " on " + rawPath()));
    }

    /** Leaves a value for those after us. */
    public <T> Request put(AttributeKey<T> key, T value) {
        attributes.put(key, key.type().cast(value));
        return this;
    }

    @Override
    public String toString() {
        return method() + " " + rawPath();
    }
}
