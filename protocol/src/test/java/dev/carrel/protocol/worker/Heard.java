/* Copyright the Carrel authors. */
package dev.carrel.protocol.worker;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Keeps what a transport tells. */
final class Heard implements WorkerTransport.Listener {
    /** A message, or null for a peer that was lost. */
    record Item(
            WorkerPeer peer,
            @org.jspecify.annotations.Nullable FromWorker message) {}

    private final BlockingQueue<Item> items = new LinkedBlockingQueue<>();

    @Override
    public void received(WorkerPeer peer, FromWorker message) {
        items.add(new Item(peer, message));
    }

    @Override
    public void lost(WorkerPeer peer) {
        items.add(new Item(peer, null));
    }

    /** The next; waits for twenty seconds. */
    Item next() throws InterruptedException {
        Item item = items.poll(20, TimeUnit.SECONDS);
        if (item == null) {
            throw new AssertionError("nothing was told in twenty seconds");
        }
        return item;
    }

    boolean isEmpty() {
        return items.isEmpty();
    }
}
