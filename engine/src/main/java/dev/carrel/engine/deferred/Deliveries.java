/* Copyright the Carrel authors. */
package dev.carrel.engine.deferred;

import dev.carrel.chassis.boot.Service;
import dev.carrel.engine.call.Unattended;
import dev.carrel.engine.deferred.DeferredCall.Delivery;
import dev.carrel.engine.function.FunctionId;
import dev.carrel.engine.function.Functions;
import dev.carrel.engine.store.StoreException;
import dev.carrel.http.outgoing.OutgoingClient.Question;
import dev.carrel.http.outgoing.OutgoingFailure;
import dev.carrel.http.outgoing.OutgoingUrl;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.UserName;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends results to where their callers wanted them. A try is claimed by putting the next one off in the row, so a try that an engine's end cuts off is made
 * again then, by whoever sees it first. Thread-safe.
 */
final class Deliveries implements Service {
    /** The secret of a function by which what is sent for it is signed. */
    static final String KEY = "CALLBACK_KEY";
    /** After the first try, the second, …; after one more it is given up. */
    static final List<Duration> PAUSES = List.of(
            Duration.ofSeconds(10),
            Duration.ofMinutes(1),
            Duration.ofMinutes(5),
            Duration.ofMinutes(30),
            Duration.ofHours(2));

    private static final Logger LOG = LoggerFactory.getLogger(Deliveries.class);
    private static final Duration LOOK = Duration.ofSeconds(1);
    /** Longer than a try may take. */
    private static final Duration CLAIM = Duration.ofSeconds(30);

    private static final int AT_ONCE = 16;
    /** So a receiver that never answers holds up its owner's results and not everybody's. */
    private static final int OF_ONE = AT_ONCE / 2;

    private final DeferredStore store;
    private final Functions functions;
    private final Post post;
    private final DeferredMeters meters;
    private final Clock clock;
    /** By their calls' ids, with the owners of the functions. */
    private final Map<String, UserName> sending = new ConcurrentHashMap<>();

    private final Semaphore wake = new Semaphore(0);
    private volatile boolean closing;

    /** Sends to the world. */
    @FunctionalInterface
    interface Post {
        /** The receiver's status. */
        int send(Question question) throws OutgoingFailure, InterruptedException;
    }

    Deliveries(DeferredStore store, Functions functions, Post post, DeferredMeters meters, Clock clock) {
        this.store = store;
        this.functions = functions;
        this.post = post;
        this.meters = meters;
        this.clock = clock;
    }

    @Override
    public void start() {
        Thread.ofVirtual().name("callbacks").start(() -> {
            try {
                while (!closing) {
                    quietly();
                    if (wake.tryAcquire(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                        wake.drainPermits();
                    }
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void quietly() {
        try {
            look();
        } catch (StoreException e) {
            LOG.warn("results are delivered later: {}", e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("looking for results to deliver failed and is repeated", e);
        }
    }

    /** There may be something to deliver. */
    void wake() {
        wake.release();
    }

    /** Begins as many tries as there may be at once. */
    void look() {
        if (sending.size() >= AT_ONCE) {
            return;
        }
        Map<UserName, Integer> busy = new HashMap<>();
        sending.values().forEach(owner -> busy.merge(owner, 1, Integer::sum));
        store.eachToDeliver(now(), call -> {
            UserName owner = call.target().function().owner();
            if (!closing && busy.getOrDefault(owner, 0) < OF_ONE && begin(call, owner)) {
                busy.merge(owner, 1, Integer::sum);
            }
            return !closing && sending.size() < AT_ONCE;
        });
    }

    private boolean begin(DeferredCall call, UserName owner) {
        DeferredCall.Callback callback = call.callback();
        if (callback == null || sending.putIfAbsent(call.id(), owner) != null) {
            return false;
        }
        boolean begun = false;
        try {
            // Claimed as a failed try, which it is if we end in the middle of it.
            Instant next = now().plus(CLAIM);
            Optional<DeferredCall> ours = store.update(call.delivering(new DeferredCall.Callback(
                    callback.url(), Delivery.WAITING, callback.tries() + 1, next, "It was cut off.")));
            if (ours.isPresent()) {
                begun = true;
                Thread.ofVirtual().name("callback").start(() -> deliver(ours.get()));
            }
        } finally {
            if (!begun) {
                sending.remove(call.id());
            }
        }
        return begun;
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private void deliver(DeferredCall call) {
        try {
            store.update(call.delivering(after(call, fault(call))));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            // It is tried again when the claim is over.
            LOG.warn("the delivery of {} is tried again", call, e);
        } finally {
            sending.remove(call.id());
            wake();
        }
    }

    /** Makes a try; empty when the receiver has taken it. */
    private String fault(DeferredCall call) throws InterruptedException {
        try {
            return tried(call);
        } catch (StoreException e) {
            // A secret or a result that cannot be opened would else be tried for ever.
            LOG.warn("{} cannot be delivered now: {}", call, e.getMessage());
            return "It could not be read here.";
        }
    }

    private String tried(DeferredCall call) throws InterruptedException {
        Optional<Unattended.Final> result = store.result(call);
        DeferredCall.Callback callback = call.callback();
        if (result.isEmpty() || callback == null) {
            return "The result is not kept any more.";
        }
        try {
            int status = post.send(question(call, callback.url(), result.get()));
            return status >= 200 && status < 300 ? "" : "The receiver answered " + status + ".";
        } catch (OutgoingFailure | IllegalArgumentException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private Question question(DeferredCall call, String url, Unattended.Final result) {
        FunctionId function = call.target().function();
        byte[] body = result.content(call.id());
        String status = Integer.toString(result.status());
        Map<String, String> headers = new TreeMap<>();
        headers.put("Content-Type", result.contentType());
        headers.put("X-Call-Id", call.id());
        headers.put(
                "X-Function-Name",
                function.name() + "." + SessionAddress.encode(function.owner().value()));
        headers.put("X-Function-Status", status);
        String key = functions.secrets(function).get(KEY);
        if (key != null) {
            headers.put("X-Carrel-Signature", Signature.of(key, now(), url, call.id(), status, body));
        }
        return new Question("POST", OutgoingUrl.parse(url), headers, body);
    }

    private DeferredCall.Callback after(DeferredCall call, String fault) {
        DeferredCall.Callback callback = Objects.requireNonNull(call.callback());
        int tries = callback.tries();
        if (fault.isEmpty()) {
            meters.delivered("delivered");
            return new DeferredCall.Callback(callback.url(), Delivery.DELIVERED, tries, now(), "");
        }
        if (tries > PAUSES.size()) {
            meters.delivered("given-up");
            LOG.info("the result of {} is not delivered: {}", call, fault);
            return new DeferredCall.Callback(callback.url(), Delivery.GIVEN_UP, tries, now(), fault);
        }
        meters.delivered("failed");
        Instant next = now().plus(PAUSES.get(tries - 1));
        return new DeferredCall.Callback(callback.url(), Delivery.WAITING, tries, next, fault);
    }

    /** How many are on their way. */
    int sendings() {
        return sending.size();
    }

    @Override
    public void stop() {
        closing = true;
        wake();
    }
}
