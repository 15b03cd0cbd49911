/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.protocol.worker.FromWorker;
import dev.carrel.protocol.worker.ToWorker;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** Workers that do what the test says, without containers and sockets. One thread. */
final class FakeCrew implements Crew {
    static final Cell CELL = new Cell("default", dev.carrel.protocol.command.Limits.POLICY, null);

    /** What each worker was given and has not ended. */
    final Map<Worker, Map<String, ToWorker.Call>> given = new LinkedHashMap<>();

    final List<ToWorker> said = new ArrayList<>();
    final List<Worker> removed = new ArrayList<>();
    final Set<Worker> deaf = new HashSet<>();
    final AtomicInteger wanted = new AtomicInteger();
    Dispatcher dispatcher;
    long now;

    @Override
    public boolean send(Worker worker, ToWorker message) {
        if (deaf.contains(worker)) {
            return false;
        }
        said.add(message);
        Map<String, ToWorker.Call> calls = given.get(worker);
        if (calls != null && message instanceof ToWorker.Call call) {
            calls.put(call.id(), call);
        }
        return true;
    }

    @Override
    public void remove(Worker worker, Ending ending) {
        given.remove(worker);
        removed.add(worker);
        dispatcher.gone(worker, ending, now);
    }

    @Override
    public void wanted() {
        wanted.incrementAndGet();
    }

    Worker start() {
        Worker worker = new Worker(CELL, now);
        dispatcher.coming(worker);
        given.put(worker, new LinkedHashMap<>());
        return worker;
    }

    Worker ready(int credits) {
        Worker worker = start();
        dispatcher.ready(worker, new FromWorker.Ready(List.of("main"), credits), now);
        return worker;
    }

    /** The one call that a worker is at. */
    ToWorker.Call call(Worker worker) {
        return given.get(worker).values().iterator().next();
    }

    void answer(Worker worker, String text) {
        answer(worker, call(worker).id(), text);
    }

    void answer(Worker worker, String id, String text) {
        given.get(worker).remove(id);
        dispatcher.said(worker, answer(id, text, false), now);
    }

    static FromWorker.Answer answer(String id, String text, boolean streamed) {
        return new FromWorker.Answer(id, 200, "text/plain", Map.of(), streamed, text.getBytes(StandardCharsets.UTF_8));
    }

    void die(Worker worker, Ending.Cause cause) {
        given.remove(worker);
        dispatcher.gone(worker, new Ending(cause, "exit code 1", ""), now);
    }
}
