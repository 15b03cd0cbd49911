/* Copyright the Carrel authors. */
package dev.carrel.protocol.worker;

/** The broker's end of all connections of workers. Thread-safe. */
public interface WorkerTransport extends AutoCloseable {

    /**
     * Told of what comes; on one thread of the transport's own, one call at a time. Must be quick and must not throw. The first message of a peer is
     * {@link FromWorker.Hello}, and only the first is; until {@link ToWorker.Init} is sent to it, its messages may have 4 KiB.
     */
    interface Listener {
        /** A well-formed message. What is malformed is counted, logged and answered by {@link ToWorker.Refused}, and is not told here. */
        void received(WorkerPeer peer, FromWorker message);

        /**
         * A connection that said hello is gone, or was closed for what it said. Nothing comes from it any more, and what was handed over to be sent may
         * not have arrived. Not told of one that was dropped or that {@link #close} closed.
         */
        void lost(WorkerPeer peer);
    }

    /**
     * Begins to listen.
     *
     * @throws dev.carrel.protocol.channel.ChannelException when it cannot
     */
    void start(Listener listener);

    /**
     * Hands a message over to be sent; never waits for the worker. What one thread sends to a peer arrives in that order.
     *
     * @throws IllegalArgumentException when a call's arguments are no JSON array, or its keywords no JSON object
     * @return false when it cannot be sent, for so much waits for this worker that it must be taken for dead, or it is not connected
     */
    boolean send(WorkerPeer peer, ToWorker message);

    /** Closes a connection when what was handed over is sent, or after a second; what still comes by it is dropped. */
    void drop(WorkerPeer peer);

    @Override
    void close();
}
