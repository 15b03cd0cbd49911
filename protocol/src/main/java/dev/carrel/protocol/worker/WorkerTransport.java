/* Copyright the Carrel authors. */
package dev.carrel.protocol.worker;

/** The broker's end of all connections of workers. Thread-safe. */
public interface WorkerTransport extends AutoCloseable {

    /** Told of what comes; on one thread of the transport's own, one call at a time. Must be quick and must not throw. */
    interface Listener {
        /** A well-formed message. What is malformed is counted, logged and answered by {@link ToWorker.Refused}, and is not told here. */
        void received(WorkerPeer peer, FromWorker message);
    }

    /**
     * Begins to listen.
     *
     * @throws dev.carrel.protocol.channel.ChannelException when it cannot
     */
    void start(Listener listener);

    /**
     * Hands a message over to be sent; never waits.
     *
     * @return false when it cannot be sent, for so much waits for this worker that it must be taken for dead, or it is not connected
     */
    boolean send(WorkerPeer peer, ToWorker message);

    /** Forgets a connection; what still comes by it is dropped. */
    void drop(WorkerPeer peer);

    @Override
    void close();
}
