/* Copyright the Carrel authors. */
package dev.carrel.protocol.worker;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.ArrayList;
import java.util.List;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/** A worker's end of a connection, by a ZeroMQ library. For one thread. */
final class Dealer implements AutoCloseable {
    private final WorkerCodec codec = new WorkerCodec();
    private final ZContext context = new ZContext();
    private final ZMQ.Socket socket = context.createSocket(SocketType.DEALER);

    Dealer(int port) {
        this("", port);
    }

    Dealer(String identity, int port) {
        if (!identity.isEmpty()) {
            socket.setIdentity(identity.getBytes(US_ASCII));
        }
        socket.setReceiveTimeOut(20_000);
        socket.setLinger(1000);
        socket.setSndHWM(0);
        socket.setRcvHWM(0);
        socket.connect("tcp://127.0.0.1:" + port);
    }

    void say(FromWorker message) {
        say(codec.encode(message));
    }

    void say(List<byte[]> frames) {
        for (int i = 0; i < frames.size(); i++) {
            socket.send(frames.get(i), i < frames.size() - 1 ? ZMQ.SNDMORE : 0);
        }
    }

    void say(String name, String object) {
        say(List.of(name.getBytes(US_ASCII), object.getBytes(US_ASCII)));
    }

    /** The next message; waits for twenty seconds. */
    ToWorker hear() throws Exception {
        List<byte[]> frames = new ArrayList<>();
        do {
            byte[] frame = socket.recv();
            if (frame == null) {
                throw new AssertionError("nothing came in twenty seconds");
            }
            frames.add(frame);
        } while (socket.hasReceiveMore());
        return codec.decodeToWorker(frames);
    }

    @Override
    public void close() {
        context.close();
    }
}
