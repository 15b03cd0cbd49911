/* Copyright the Carrel authors. */
package dev.carrel.protocol.channel;

import dev.carrel.protocol.name.Printable;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;
import org.zeromq.ZMQException;
import org.zeromq.ZMsg;
import zmq.ZError;

/**
 * Answers ZeroMQ's authentication requests (ZAP, RFC 27): a peer is let in when it proves a CURVE key of the list; an empty list lets nobody
 * in. Runs on a thread of its own for the life of the context; when that thread ends, {@code onEnd} closes the door.
 */
final class AllowList implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AllowList.class);
    private static final String ADDRESS = "inproc://zeromq.zap.01";
    private static final int LOOK_UP_MILLIS = 100;

    private final Set<String> allowed;
    private final ZMQ.Socket socket;
    private final Runnable onEnd;
    private final Thread thread =
            Thread.ofPlatform().name("protocol-allow-list").daemon(true).unstarted(this::serve);
    private volatile boolean closing;

    /**
     * Binds at once, so that no connection can be made before the list guards it.
     *
     * @param allowed public keys in Z85
     */
    AllowList(ZContext context, Set<String> allowed, Runnable onEnd) {
        this.allowed = Set.copyOf(allowed);
        this.onEnd = onEnd;
        socket = context.createSocket(SocketType.REP);
        socket.setLinger(0);
        socket.setReceiveTimeOut(LOOK_UP_MILLIS);
        socket.bind(ADDRESS);
    }

    void start() {
        thread.start();
    }

    /**
     * Ends the thread, which closes its socket itself: a socket may be touched by one thread only, and a context that closes it from another
     * fails now and then inside JeroMQ and then never ends. Call it before the context is closed; waits two seconds at most.
     */
    @Override
    public void close() {
        closing = true;
        try {
            if (!thread.join(Duration.ofSeconds(2))) {
                LOG.warn("the allow-list's thread did not end within 2 s");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve() {
        try {
            while (!closing && !Thread.currentThread().isInterrupted()) {
                ZMsg request = ZMsg.recvMsg(socket);
                // Null when nothing came for a while.
                if (request != null) {
                    answer(request).send(socket);
                }
            }
        } catch (ZMQException e) {
            if (e.getErrorCode() != ZError.ETERM && e.getErrorCode() != ZError.EINTR) {
                LOG.error("the allow-list ended: no client can connect any more", e);
            }
        } catch (java.nio.channels.ClosedSelectorException _) {
            LOG.debug("the allow-list ended with its context");
        } finally {
            socket.close();
            onEnd.run();
        }
    }

    /** Frames: version, request id, domain, address, identity, mechanism, credentials. */
    private ZMsg answer(ZMsg request) {
        byte[][] frames = request.stream().map(f -> f.getData()).toArray(byte[][]::new);
        String id = frames.length > 1 ? text(frames[1]) : "";
        boolean curve = frames.length == 7
                && text(frames[0]).equals("1.0")
                && text(frames[5]).equals("CURVE");
        String key = curve && frames[6].length == 32 ? ZMQ.Curve.z85Encode(frames[6]) : "";
        boolean welcome = allowed.contains(key);
        if (!welcome) {
            LOG.warn(
                    "refused a connection from {} with key {} (expected: a key of the allow-list)",
                    frames.length > 3 ? Printable.quote(text(frames[3])) : "?",
                    Printable.quote(key));
        }
        ZMsg reply = new ZMsg();
        reply.add("1.0");
        reply.add(id);
        reply.add(welcome ? "200" : "400");
        reply.add(welcome ? "OK" : "unknown key");
        reply.add(welcome ? key : "");
        reply.add("");
        return reply;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
